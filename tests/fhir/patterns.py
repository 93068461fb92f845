# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the IHE's Basic Audit Log Patterns (BALP 1.1.3, on FHIR R4), which no validator from npm knows.

Comes in: an AuditEvent. Goes out: what is against the rules of the profile that it claims, a text each. The rules are those
of the profiles' own sources (AuthZ.fsh, Disclose.fsh, PatientQuery.fsh of IHE/ITI.BasicAudit), written again.
"""
BALP = "https://profiles.ihe.net/ITI/BALP/"
PROFILE = BALP + "StructureDefinition/IHE.BasicAudit."
PLAIN = "http://hl7.org/fhir/StructureDefinition/AuditEvent"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
SOURCE, DESTINATION, APPLICATION = ((DICOM, code) for code in ("110153", "110152", "110150"))
USER = ("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
PROVIDER = ("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV")
AUTHORIZER = ("http://terminology.hl7.org/CodeSystem/extra-security-role-type", "authserver")
ADVOCATE = ("http://snomed.info/sct", "429577009")
PATIENT, OBJECT = (ENTITY, "1"), (ENTITY, "2")
CONSENT = ("http://hl7.org/fhir/resource-types", "Consent")
TOKEN = ("https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes", "UserOauthAgent")


def code(coding):
    return coding.get("system"), coding.get("code")


def agents(event, wanted):
    return [agent for agent in event.get("agent", ()) if wanted in map(code, agent.get("type", {}).get("coding", ()))]


def entities(event, wanted):
    return [entity for entity in event.get("entity", ()) if code(entity.get("type", {})) == wanted]


def check_agent(event, name, wanted, needs=(), lacks=(), requestor=None, least=1):
    """The slice of an agent: how often, what it has, what it has not, whether it is who asked."""
    found = agents(event, wanted)
    if not least <= len(found) <= 1:
        yield f"agent {name}: {len(found)} times"
    for agent in found:
        yield from (f"agent {name}: no {key}" for key in ("who", *needs) if not agent.get(key))
        yield from (f"agent {name}: {key}" for key in lacks if key in agent)
        if requestor is not None and agent.get("requestor") is not requestor:
            yield f"agent {name}: requestor"


def check_observer(event, name, wanted):
    """val-audit-source: the one that tells is this agent too."""
    for agent in agents(event, wanted):
        if agent.get("who") != event.get("source", {}).get("observer"):
            yield f"agent {name}: is not source.observer"


def check_patient(event):
    found = entities(event, PATIENT)
    if len(found) != 1:
        yield f"entity patient: {len(found)} times"
    for entity in found:
        what = entity.get("what", {})
        if code(entity.get("role", {})) != (ROLE, "1"):
            yield "entity patient: role"
        if not what or (what.get("type") != "Patient" and not what.get("reference", "").startswith("Patient/")):
            yield "entity patient: what is no patient"


def check_event(event, type_, action, subtypes, entities_least=2):
    if "modifierExtension" in event:
        yield "modifierExtension"
    if code(event.get("type", {})) != type_:
        yield "type"
    if not any(code(subtype) in subtypes for subtype in event.get("subtype", ())):
        yield "subtype"
    if event.get("action") != action:
        yield "action"
    yield from (f"no {key}" for key in ("recorded", "outcome", "source") if not event.get(key))
    if len(event.get("agent", ())) < 2:
        yield "fewer than two agents"
    if len(event.get("entity", ())) < entities_least:
        yield "too few entities"


def check_consent(event):
    """IHE.BasicAudit.AuthZconsent."""
    system = BALP + "CodeSystem/AuthZsubType"
    yield from check_event(event, (DICOM, "110113"), "E", {(system, "AuthZ-Consent"), (system, "AuthZ-Role")})
    nothing = ("altId", "location", "media")
    yield from check_agent(event, "client", APPLICATION, needs=["network"], lacks=[*nothing, "role", "name", "purposeOfUse"])
    yield from check_agent(event, "user", USER, lacks=[*nothing, "network"], requestor=True)
    lacks = [*nothing, "role", "name", "policy", "network"]
    yield from check_agent(event, "userorg", PROVIDER, lacks=lacks, requestor=False)
    yield from check_agent(event, "authorizer", AUTHORIZER, lacks=[*lacks, "purposeOfUse"], requestor=False)
    yield from check_observer(event, "authorizer", AUTHORIZER)
    yield from check_patient(event)
    if not entities(event, CONSENT):
        yield "entity consent: none"
    yield from ("entity consent: no what" for entity in entities(event, CONSENT) if not entity.get("what"))
    for entity in event.get("entity", ()):  # the slicing is closed
        if code(entity.get("type", {})) not in (PATIENT, CONSENT, TOKEN):
            yield f"entity of another type: {entity.get('type')}"


def check_disclosure(event):
    """IHE.BasicAudit.PrivacyDisclosure.Source."""
    lifecycle = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
    yield from check_event(event, (DICOM, "110106"), "R", {(lifecycle, "disclose")})
    yield from check_agent(event, "source", SOURCE, needs=["network"])
    yield from check_observer(event, "source", SOURCE)
    yield from check_agent(event, "recipient", DESTINATION, needs=["network"])
    yield from check_agent(event, "authorizer", ADVOCATE, least=0)
    yield from check_patient(event)


def check_query(event):
    """IHE.BasicAudit.PatientQuery, and Query, its parent."""
    interaction = "http://hl7.org/fhir/restful-interaction"
    yield from check_event(event, ("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest"), "E",
                           {(interaction, word) for word in ("search", "search-type", "search-system")})
    if event.get("outcome") != "0":
        yield "outcome"
    yield from check_agent(event, "client", SOURCE, needs=["network"], lacks=["media"])
    yield from check_agent(event, "server", DESTINATION, needs=["network"], lacks=["media"])
    yield from check_agent(event, "user", USER, lacks=["media", "network"], requestor=True, least=0)
    found = entities(event, OBJECT)
    if len(found) != 1:
        yield f"entity query: {len(found)} times"
    for entity in found:
        if code(entity.get("role", {})) != (ROLE, "24"):
            yield "entity query: role"
        if not entity.get("query"):
            yield "entity query: no query"
        yield from (f"entity query: {key}" for key in ("what", "lifecycle", "detail") if key in entity)
    yield from check_patient(event)


CHECKS = {
    PROFILE + "AuthZconsent": check_consent,
    PROFILE + "PrivacyDisclosure.Source": check_disclosure,
    PROFILE + "PatientQuery": check_query,
    PLAIN: lambda event: (),
}


def find_faults(event):
    """Return: a list of texts; empty: it is by the rules of what it claims, and it claims something that is known."""
    profiles = event.get("meta", {}).get("profile", ())
    if len(profiles) != 1 or profiles[0] not in CHECKS:
        return [f"claims {profiles}"]
    return list(CHECKS[profiles[0]](event))
