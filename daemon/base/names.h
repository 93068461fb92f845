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
#define SHIKAKU_INTERFACE_LEDGER SHIKAKU_BUS_NAME ".Ledger"

/* A signal with a descriptor, of no other meaning: bus-descriptors. */
#define SHIKAKU_INTERFACE_PROBE SHIKAKU_BUS_NAME ".Probe"
#define SHIKAKU_PROBE_SIGNAL "Descriptor"

#define SHIKAKU_ERROR_PREFIX SHIKAKU_BUS_NAME ".Error."

#define SHIKAKU_RIGHT_CHECK "org.shikaku.check"
#define SHIKAKU_RIGHT_AGENT "org.shikaku.agent"
#define SHIKAKU_RIGHT_MANAGE "org.shikaku.manage"
#define SHIKAKU_RIGHT_RECORDS "org.shikaku.records"   /* medicines and check-ups of patients */
#define SHIKAKU_RIGHT_LEDGER "org.shikaku.ledger"     /* who saw what */
#define SHIKAKU_RIGHT_TAKEOVER "org.shikaku.takeover" /* of visits of other users, with their ticket */

/* How the message of a NotAuthorized ends that nobody has decided. */
#define SHIKAKU_UNDECIDED "polkit could not be asked"

#define SHIKAKU_GROUP_RECEPTION "shikaku-reception"
#define SHIKAKU_GROUP_CLINICAL "shikaku-clinical"

/*
 * The kinds of events: SHIKAKU_EVENT_KINDS (X) expands X (ENUM_SUFFIX, "kind") for each.
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
 * was proved here, a file of the terminal's, numbers that were typed, staff's eyes, staff's ears.
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
  X (RECORDS_REFUSED, "RecordsRefused") \
  X (REASON_NEEDED, "ReasonNeeded") \
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

/* The combined question, in place of the kinds that are asked together. */
#define SHIKAKU_CONSENT_TOGETHER "together"

/*
 * The kinds of events: SHIKAKU_EVENT_KINDS (X) expands X (ENUM_SUFFIX, "kind") for each.
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
  X (STORE_KEY_INVALID, "store-key-invalid", "store", "degraded") \
  X (LEDGER_ROLLED_BACK, "ledger-rolled-back", "store", "failed") \
  X (WITNESS_SILENT, "witness-silent", "store", "degraded") \
  X (TERMINAL_OFF, "terminal-off", "terminal", "failed") \
  X (SHARE_MISSING, "share-missing", "terminal", "failed") \
  X (SHARE_REFUSED, "share-refused", "terminal", "failed") \
  X (SHARE_FULL, "share-full", "terminal", "failed") \
  X (LINK_PROGRAM_DEAD, "link-program-dead", "terminal", "failed") \
  X (TERMINAL_SILENT, "terminal-silent", "terminal", "failed") \
  X (ZIP_PASSWORD, "zip-password", "terminal", "failed") \
  X (COPIES_FAIL, "copies-fail", "terminal", "degraded") \
  X (FILES_TAKEN, "files-taken", "terminal", "degraded") \
  X (FILES_UNREADABLE, "files-unreadable", "terminal", "degraded") \
  X (ANSWERS_LATE, "answers-late", "terminal", "degraded") \
  X (LEFT_OVERS, "left-overs", "terminal", "degraded") \
  X (TERMINAL_CLOCK, "terminal-clock", "terminal", "degraded") \
  X (ZIP_WEAK, "zip-weak", "terminal", "degraded")

/*
 * What an entry of the ledger tells of: SHIKAKU_LEDGER_KINDS (X) expands X (NUMBER, ENUM_SUFFIX, "kind") for each. The
 * numbers are in ledgers out there: kinds are added, never changed.
 */
#define SHIKAKU_LEDGER_KINDS(X) \
  X (1, CONSENT, "consent")                /* what a patient has answered, or why nothing was */ \
  X (2, REGISTRATION, "registration")      /* what the center said to a yes: registered, refused, unknown */ \
  X (3, WITHDRAWAL, "withdrawal")          /* a yes was taken back, and how far that goes */ \
  X (4, FETCH, "fetch")                    /* records are about to be asked of the center */ \
  X (5, FETCH_END, "fetch-end")            /* nothing of a fetch was handed out, and why */ \
  X (6, DISCLOSURE, "disclosure")          /* records are about to be handed out */ \
  X (7, CHECK, "check")                    /* the center has said whether somebody is insured */ \
  X (8, REFUSAL, "refusal")                /* somebody asked for what they may not have */ \
  X (9, BREAK_GLASS, "break-glass")        /* a limit was passed over in an emergency */ \
  X (10, REVIEW, "review")                 /* somebody has looked at that later */ \
  X (11, ADMINISTRATION, "administration") /* of the daemon: started, stopped, settings, what was purged */ \
  X (12, KEY, "key")                       /* of the ledger: made, endorsed, rotated, lost, compromised */ \
  X (13, CLOCK, "clock")                   /* it was set back, or far ahead */ \
  X (14, RESTORE, "restore")               /* an older ledger has taken this one's place, and somebody said why */ \
  X (15, HANDOVER, "handover")             /* a ticket was made, or used */ \
  X (16, OBJECTION, "objection")           /* a patient does not agree with what is written here */ \
  X (17, PRUNE, "prune")                   /* entries were dropped after their time; their hashes stay */ \
  X (18, ARRIVAL, "arrival")               /* a result came from a terminal */

/*
 * What an entry of the ledger holds: SHIKAKU_LEDGER_FIELDS (X) expands X (NUMBER, ENUM_SUFFIX, "Key", "type") for each:
 * s a text, t a number (times: microseconds since the epoch, UTC), ay bytes. Each stands once but SHA256. Numbers as
 * above.
 */
#define SHIKAKU_LEDGER_FIELDS(X) \
  X (1, VISIT, "Visit", "s") \
  X (2, UID, "Uid", "t") \
  X (3, PROGRAM, "Program", "s") /* of the caller: the name of its file */ \
  X (4, SENDER, "Sender", "s")   /* its unique name */ \
  X (5, STAFF, "Staff", "s")     /* as the caller asserts */ \
  X (6, ROLE, "Role", "s")       /* as the caller asserts */ \
  X (7, REASON, "Reason", "s") \
  X (8, PERSON, "Person", "ay")              /* keyed hash of name and birthdate */ \
  X (9, PERSON_NUMBER, "PersonNumber", "ay") /* keyed hash of insurer, number and birthdate */ \
  X (10, ORIGIN, "Origin", "s") \
  X (11, EVIDENCE, "Evidence", "s") \
  X (12, CONSENT, "Consent", "s")   /* the kind that was asked, or by which records are opened */ \
  X (13, DECISION, "Decision", "s") /* granted, denied, no-answer */ \
  X (14, ANSWERER, "Answerer", "s") /* patient, guardian, carer, staff */ \
  X (15, VERSION, "Version", "s")   /* of the text that was shown */ \
  X (16, LANGUAGE, "Language", "s") /* of it */ \
  X (17, UNTIL, "Until", "t") \
  X (18, IDENTIFIER, "Identifier", "s") /* of the message to the center */ \
  X (19, OUTCOME, "Outcome", "s") \
  X (20, ERROR, "Error", "s")     /* without prefix */ \
  X (21, CODE, "Code", "s")       /* of the center */ \
  X (22, RECORDS, "Records", "s") /* drug, checkup … */ \
  X (23, FORMAT, "Format", "s") \
  X (24, FROM, "From", "s") /* YYYYMM */ \
  X (25, TO, "To", "s") \
  X (26, DOCUMENTS, "Documents", "t") \
  X (27, SHA256, "Sha256", "ay") /* of each document or file; of a consent: its words */ \
  X (28, ENTRY, "Entry", "t")    /* the place of the entry that this one belongs to */ \
  X (29, RECEIPT, "Receipt", "s") \
  X (30, ANSWER, "Answer", "s") /* eligible, not-eligible, unknown */ \
  X (31, ACT, "Act", "s")       /* what was done, one word */ \
  X (32, BY, "By", "s") \
  X (33, USES, "Uses", "t") \
  X (34, KEY_NAME, "KeyName", "s") /* the verifier key, as the C2SP writes it */ \
  X (35, SIGNATURE, "Signature", "ay") \
  X (36, CERTIFICATE, "Certificate", "ay") \
  X (37, BEFORE, "Before", "t") /* a time, or a place: as the kind says */ \
  X (38, SIZE, "Size", "t") \
  X (39, ROOT, "Root", "ay") \
  X (40, DETAIL, "Detail", "s") /* no personal data */

/* What is wrong with a ledger: X (ENUM_SUFFIX, "word"). */
#define SHIKAKU_LEDGER_FAULTS(X) \
  X (FILE, "file")               /* a part of the file cannot be read */ \
  X (HEAD, "head")               /* how far it is does not fit what is there */ \
  X (SIGNATURE, "signature")     /* that was not signed with its key */ \
  X (KEY, "key")                 /* its key cannot be opened, or is not the one that its entries name */ \
  X (PERIOD, "period")           /* a key has signed what it may not any more */ \
  X (OLDER, "older")             /* it was further already */ \
  X (OTHER, "other")             /* it had another history */ \
  X (FOREIGN, "foreign")         /* a checkpoint is of no key of this ledger, or cannot be read */ \
  X (MISSING, "missing")         /* an entry is not there */ \
  X (EXTRA, "extra")             /* an entry is there behind the end */ \
  X (CHANGED, "changed")         /* an entry is not what was written */ \
  X (UNREADABLE, "unreadable")   /* an entry is none */ \
  X (HASH, "hash")               /* a hash of the tree is wrong */ \
  X (ROOT, "root")               /* all entries together are not what was signed */ \
  X (PRUNED, "pruned")           /* entries were dropped, and no entry says so */ \
  X (ENDORSEMENT, "endorsement") /* the institution's signature of a key is wrong */ \
  X (INDEX, "index")             /* entries of a day would not be found */

/* Who has answered a question, as the caller or the agent says: X (ENUM_SUFFIX, "word"). */
#define SHIKAKU_ANSWERERS(X) \
  X (PATIENT, "patient") \
  X (GUARDIAN, "guardian") \
  X (CARER, "carer") \
  X (STAFF, "staff") /* who has heard it */

/* What a member of staff says to be: X (ENUM_SUFFIX, "word"). Never proved here. */
#define SHIKAKU_ROLES(X) \
  X (DOCTOR, "doctor") \
  X (DENTIST, "dentist") \
  X (PHARMACIST, "pharmacist") \
  X (NURSE, "nurse") \
  X (CLERK, "clerk")

/* What became of records that were asked for, of a part and of the whole: X (ENUM_SUFFIX, "word"). */
#define SHIKAKU_RECORDS_OUTCOMES(X) \
  X (DATA, "data") \
  X (NONE, "none") \
  X (REFUSED, "refused") \
  X (CONSENT_ENDED, "consent-ended") \
  X (NOT_YET, "not-yet") \
  X (TOO_OLD, "too-old") \
  X (NOT_COVERED, "not-covered") \
  X (NOT_CONFIGURED, "not-configured") \
  X (FAILED, "failed")
