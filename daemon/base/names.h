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

#define SHIKAKU_GROUP_RECEPTION "shikaku-reception"

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
