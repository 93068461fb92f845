/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names: every name that crosses a border, once. Bus names, paths, interfaces, error names, rights and groups.
 *
 * Macros only, so that the client and the tests may include it without anything else of the daemon.
 */
#pragma once

#define SHIKAKU_BUS_NAME "org.shikaku.Shikaku1"
#define SHIKAKU_OBJECT_PATH "/org/shikaku/Shikaku1"
#define SHIKAKU_READER_PATH SHIKAKU_OBJECT_PATH "/reader"
#define SHIKAKU_VISIT_PATH SHIKAKU_OBJECT_PATH "/visit"

#define SHIKAKU_INTERFACE_MANAGER SHIKAKU_BUS_NAME ".Manager"
#define SHIKAKU_INTERFACE_AGENT_MANAGER SHIKAKU_BUS_NAME ".AgentManager"
#define SHIKAKU_INTERFACE_AGENT SHIKAKU_BUS_NAME ".Agent"
#define SHIKAKU_INTERFACE_READER SHIKAKU_BUS_NAME ".Reader"
#define SHIKAKU_INTERFACE_VISIT SHIKAKU_BUS_NAME ".Visit"

/* A signal with a descriptor, of no other meaning: bus-descriptors. */
#define SHIKAKU_INTERFACE_PROBE SHIKAKU_BUS_NAME ".Probe"
#define SHIKAKU_PROBE_SIGNAL "Descriptor"

#define SHIKAKU_ERROR_PREFIX SHIKAKU_BUS_NAME ".Error."

#define SHIKAKU_RIGHT_CHECK "org.shikaku.check"
#define SHIKAKU_RIGHT_AGENT "org.shikaku.agent"
#define SHIKAKU_RIGHT_MANAGE "org.shikaku.manage"
#define SHIKAKU_RIGHT_TAKEOVER "org.shikaku.takeover" /* of visits of other users, with their ticket */

/* How the message of a NotAuthorized ends that nobody has decided. */
#define SHIKAKU_UNDECIDED "polkit could not be asked"

#define SHIKAKU_GROUP_RECEPTION "shikaku-reception"

/*
 * The kinds of events: SHIKAKU_EVENT_KINDS (X) expands X (ENUM_SUFFIX, "kind") for each. Nothing tells of
 * visit-arrived and ledger yet, but a program may ask for them.
 */
#define SHIKAKU_EVENT_KINDS(X) \
  X (VISIT_FINISHED, "visit-finished") \
  X (VISIT_ARRIVED, "visit-arrived") \
  X (OUTAGE_RESOLVED, "outage-resolved") \
  X (CENTER, "center") \
  X (READER, "reader") \
  X (EXPIRY, "expiry") \
  X (LEDGER, "ledger")

/*
 * What an answer or a consent rests on: SHIKAKU_EVIDENCES (X) expands X (ENUM_SUFFIX, "evidence") for each: a card that
 * was proved here, a file of the terminal's, numbers that were typed, staff's eyes, staff's ears. Nothing here comes
 * from a terminal or from staff yet.
 */
#define SHIKAKU_EVIDENCES(X) \
  X (CARD, "card") \
  X (TERMINAL, "terminal") \
  X (NUMBER, "number") \
  X (VISUAL, "visual") \
  X (ORAL, "oral")

/*
 * The errors of the contract: SHIKAKU_ERRORS (X) expands X (ENUM_SUFFIX, "BusSuffix") for each.
 * The order is the order of the contract; nothing depends on the numbers.
 */
#define SHIKAKU_ERRORS(X) \
  X (NO_READER, "NoReader") \
  X (READER_BUSY, "ReaderBusy") \
  X (READER_FAILED, "ReaderFailed") \
  X (SERVICE_STOPPED, "ServiceStopped") \
  X (NO_CARD, "NoCard") \
  X (CARD_REMOVED, "CardRemoved") \
  X (CARD_MUTE, "CardMute") \
  X (CARD_RESET, "CardReset") \
  X (CARD_UNSUPPORTED, "CardUnsupported") \
  X (CARD_FAILED, "CardFailed") \
  X (PIN_INCORRECT, "PinIncorrect") \
  X (PIN_LOCKED, "PinLocked") \
  X (PIN_REFUSED, "PinRefused") \
  X (CERTIFICATE_EXPIRED, "CertificateExpired") \
  X (CERTIFICATE_REVOKED, "CertificateRevoked") \
  X (CERTIFICATE_UNTRUSTED, "CertificateUntrusted") \
  X (NO_AGENT, "NoAgent") \
  X (AGENT_EXISTS, "AgentExists") \
  X (AGENT_GONE, "AgentGone") \
  X (CONSENT_DENIED, "ConsentDenied") \
  X (CONSENT_EXPIRED, "ConsentExpired") \
  X (NOT_REGISTERED, "NotRegistered") \
  X (CENTER_UNREACHABLE, "CenterUnreachable") \
  X (CENTER_BUSY, "CenterBusy") \
  X (CENTER_REFUSED, "CenterRefused") \
  X (CENTER_UNTRUSTED, "CenterUntrusted") \
  X (MESSAGE_INVALID, "MessageInvalid") \
  X (CREDENTIAL_MISSING, "CredentialMissing") \
  X (CREDENTIAL_EXPIRED, "CredentialExpired") \
  X (LEDGER_FAILED, "LedgerFailed") \
  X (VISIT_EXISTS, "VisitExists") \
  X (NOT_AUTHORIZED, "NotAuthorized") \
  X (LIMIT_EXCEEDED, "LimitExceeded") \
  X (INVALID_OPTION, "InvalidOption") \
  X (INVALID_STATE, "InvalidState") \
  X (NOT_FOUND, "NotFound") \
  X (CANCELLED, "Cancelled") \
  X (TIMED_OUT, "TimedOut") \
  X (SHUTTING_DOWN, "ShuttingDown") \
  X (FAILED, "Failed")

/*
 * The kinds of consent of the contract: SHIKAKU_CONSENT_KINDS (X) expands X (ENUM_SUFFIX, "kind") for each, in the
 * order in which they are listed to people.
 */
#define SHIKAKU_CONSENT_KINDS(X) \
  X (CEILING, "ceiling") \
  X (SPECIFIC_DISEASE, "specific-disease") \
  X (CHECKUP, "checkup") \
  X (DRUG, "drug") \
  X (DIAGNOSIS, "diagnosis") \
  X (OPERATION, "operation") \
  X (DISEASE_NAME, "disease-name") \
  X (INFECTION, "infection") \
  X (ALLERGY, "allergy") \
  X (CONTRAINDICATION, "contraindication") \
  X (TEST, "test") \
  X (PRESCRIPTION, "prescription")

/*
 * The kinds of events: SHIKAKU_EVENT_KINDS (X) expands X (ENUM_SUFFIX, "kind") for each. Nothing tells of
 * visit-arrived and ledger yet, but a program may ask for them.
 */
#define SHIKAKU_EVENT_KINDS(X) \
  X (VISIT_FINISHED, "visit-finished") \
  X (VISIT_ARRIVED, "visit-arrived") \
  X (OUTAGE_RESOLVED, "outage-resolved") \
  X (CENTER, "center") \
  X (READER, "reader") \
  X (EXPIRY, "expiry") \
  X (LEDGER, "ledger")

/*
 * What Manager.Diagnose finds: SHIKAKU_CAUSES (X) expands X (ENUM_SUFFIX, "cause", "link", "state") for each: the link
 * of the chain that has it, and the state that it makes of that, in the order of the chain. The two cures of each are
 * texts (data/texts.ini.in); data/doc/diagnosis.md has the table.
 */
#define SHIKAKU_CAUSES(X) \
  X (STOPPING, "stopping", "daemon", "failed") \
  X (POLKIT_MASKED, "polkit-masked", "daemon", "failed") \
  X (NO_AGENT, "no-agent", "agent", "failed") \
  X (AGENT_MISSING, "agent-missing", "agent", "degraded") \
  X (PCSCD_STOPPED, "pcscd-stopped", "pcscd", "failed") \
  X (PCSCD_MASKED, "pcscd-masked", "pcscd", "failed") \
  X (PCSCD_MISSING, "pcscd-missing", "pcscd", "failed") \
  X (PCSCD_REFUSES, "pcscd-refuses", "pcscd", "failed") \
  X (NO_READER, "no-reader", "reader", "failed") \
  X (CARD_MUTE, "card-mute", "card", "failed") \
  X (SETTINGS_MISSING, "settings-missing", "settings", "failed") \
  X (SETTINGS_WAITING, "settings-waiting", "settings", "degraded") \
  X (SETTINGS_REFUSED, "settings-refused", "settings", "degraded") \
  X (FILE_UNREADABLE, "file-unreadable", "credential", "failed") \
  X (FILE_INVALID, "file-invalid", "credential", "failed") \
  X (KEY_MISMATCH, "key-mismatch", "credential", "failed") \
  X (TOKEN_MISSING, "token-missing", "credential", "failed") \
  X (TOKEN_OBJECT, "token-object", "credential", "failed") \
  X (TOKEN_PIN, "token-pin", "credential", "failed") \
  X (CERTIFICATE_EXPIRED, "certificate-expired", "credential", "failed") \
  X (CERTIFICATE_REFUSED, "certificate-refused", "credential", "failed") \
  X (INSTITUTION_REFUSED, "institution-refused", "credential", "failed") \
  X (CERTIFICATE_ENDS, "certificate-ends", "credential", "degraded") \
  X (SECRETS_EXPOSED, "secrets-exposed", "credential", "degraded") \
  X (ACCOUNT_UNREADABLE, "account-unreadable", "account", "failed") \
  X (ACCOUNT_REFUSED, "account-refused", "account", "failed") \
  X (CLOCK_WRONG, "clock-wrong", "clock", "failed") \
  X (CLOCK_OFF, "clock-off", "clock", "degraded") \
  X (INTERFACE_MISSING, "interface-missing", "line", "failed") \
  X (INTERFACE_DOWN, "interface-down", "line", "failed") \
  X (CABLE_OUT, "cable-out", "line", "failed") \
  X (NO_ADDRESS, "no-address", "line", "failed") \
  X (NO_ROUTE, "no-route", "line", "failed") \
  X (PREFIX_CHANGED, "prefix-changed", "line", "failed") \
  X (CONNECTION_REFUSED, "connection-refused", "line", "failed") \
  X (LINE_SILENT, "line-silent", "line", "failed") \
  X (NAME_UNKNOWN, "name-unknown", "name", "failed") \
  X (NAME_SILENT, "name-silent", "name", "failed") \
  X (TLS_SILENT, "tls-silent", "tls", "failed") \
  X (TLS_MISSING, "tls-missing", "tls", "failed") \
  X (TLS_VERSION, "tls-version", "tls", "failed") \
  X (TLS_CUT, "tls-cut", "tls", "failed") \
  X (SERVER_UNTRUSTED, "server-untrusted", "tls", "failed") \
  X (SERVER_NAME, "server-name", "tls", "failed") \
  X (SERVER_EXPIRED, "server-expired", "tls", "failed") \
  X (SERVER_WEAK, "server-weak", "tls", "failed") \
  X (CENTER_SILENT, "center-silent", "center", "failed") \
  X (CENTER_CUT, "center-cut", "center", "failed") \
  X (CENTER_FAULTY, "center-faulty", "center", "failed") \
  X (PATH_WRONG, "path-wrong", "center", "failed") \
  X (REDIRECTED, "redirected", "center", "failed") \
  X (ANSWER_INVALID, "answer-invalid", "center", "failed") \
  X (CENTER_BUSY, "center-busy", "center", "degraded") \
  X (CENTER_SLOW, "center-slow", "center", "degraded") \
  X (CENTER_UNSTEADY, "center-unsteady", "center", "degraded") \
  X (CENTER_REFUSES, "center-refuses", "center", "degraded") \
  X (STORE_KEY_MISSING, "store-key-missing", "store", "degraded") \
  X (STORE_KEY_INVALID, "store-key-invalid", "store", "degraded")
