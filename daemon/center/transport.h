/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * transport: the port to the center, whatever carries it. Asynchronous, on the main thread; every call has its own
 * deadline. Errors are of SHIKAKU_ERROR: CenterUnreachable, CenterUntrusted, CenterBusy (retry-after attached),
 * CenterRefused, MessageInvalid, CredentialMissing, CredentialExpired, TimedOut, Cancelled; from the center's answer
 * also CertificateExpired, CertificateRevoked, CertificateUntrusted, NotRegistered.
 */
#pragma once

#include <gio/gio.h>

#include "base/error.h"
#include "center/failure-share.h"
#include "center/qualification.h"
#include "codec/consent-kind.h"
#include "codec/records-outcome.h"

/*
 * What ties the calls of one visit together: the settings (the institution, its credential) that the first of them was
 * made with. Settings may be replaced meanwhile; a later call that brings the bond goes by those of the first. A
 * transport's own, reference counted: @free is called with the last one.
 */
typedef struct TransportBond TransportBond;

struct TransportBond
{
  guint references;
  void (*free) (TransportBond *bond);
};

/* transport_bond_ref: Return: @bond. NULL is no bond, here and below. */
TransportBond *transport_bond_ref (TransportBond *bond);
void transport_bond_unref (TransportBond *bond);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportBond, transport_bond_unref)

/* A challenge for one card proof, and for whom it was given. */
typedef struct
{
  char *institution_code; /* 10 digits */
  char *identifier;       /* NULL: it is our own */
  char *own_time;         /* of our own: when it was made, YYYYMMDDHHmmss of Japan; else NULL */
  GBytes *bytes;
  TransportBond *bond;
} TransportChallenge;

void transport_challenge_free (TransportChallenge *challenge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportChallenge, transport_challenge_free)

/* How long the center takes a proof or a question that comes late, because of an outage (data/center-profile.md). */
#define TRANSPORT_LATE_SECONDS 86400

/*
 * transport_make_proof_content: what the card signs: a domain separator, the institution, the challenge's identifier,
 * or, of our own, its time, and its bytes (data/center-profile.md). Return: (transfer full).
 */
GBytes *transport_make_proof_content (const TransportChallenge *challenge);

/* The text that a patient was shown of one kind of consent, and has agreed to. Borrowed; NULL: none was. */
typedef struct
{
  const char *version, *language;
} TransportConsentText;

/* A card that was proved, and what the query shall carry. Everything borrowed for the call. */
typedef struct
{
  const TransportChallenge *challenge;
  GBytes *certificate;   /* DER */
  const char *algorithm; /* card_certificate_get_algorithm */
  GBytes *signature;
  ConsentKinds agreed;               /* of those inside the query: what the patient said yes to */
  const TransportConsentText *texts; /* for each kind; NULL: nobody was asked */
} TransportCardQuery;

/* An insured person by number. NULL: not given. Borrowed. Dates YYYYMMDD. */
typedef struct
{
  const char *insurer_number, *symbol, *number, *branch, *birthdate, *date;
  ConsentKinds agreed;               /* as above */
  const TransportConsentText *texts; /* as above */
} TransportNumberQuery;

/* Consents to register: what the patient was asked beside the query, and said yes to. */
typedef struct
{
  const char *identifier; /* of the message, 1-50 characters, drawn by the caller; NULL: the transport draws it */
  const char *qualification_key; /* of the answer that the consents belong to; borrowed */
  ConsentKinds asked, agreed;
  TransportBond *bond;               /* of that answer, if this transport gave it; borrowed */
  const TransportConsentText *texts; /* as above */
} TransportConsents;

/* A patient's number at this institution, to be kept with one of the insurances. NULL: not given. Borrowed. */
typedef struct
{
  const char *reference_number;
  const char *insurer_number, *symbol, *number, *branch; /* as the center sent them */
} TransportReference;

/* What the treatment is that records are looked at for: the field's MedicalTreatmentFlag (OQSCD028). */
typedef enum
{
  TRANSPORT_TREATMENT_OUTPATIENT = 1,
  TRANSPORT_TREATMENT_HOME,
  TRANSPORT_TREATMENT_ONLINE,
  TRANSPORT_TREATMENT_EMERGENCY,
} TransportTreatment;

/* Whose consents of home or online care are withdrawn: all of them at once. NULL: not given. Borrowed. */
typedef struct
{
  const char *identifier;                                            /* as above */
  const char *insurer_number, *symbol, *number, *branch, *birthdate; /* as the center sent them; YYYYMMDD */
  TransportTreatment treatment;                                      /* HOME or ONLINE */
  TransportBond *bond;                                               /* NULL: none */
} TransportWithdrawal;

typedef enum
{
  TRANSPORT_RECORDS_XML,
  TRANSPORT_RECORDS_PDF,
} TransportRecordsFormat;

/* One request for records. NULL: not given. Borrowed. Months YYYYMM. */
typedef struct
{
  const char *identifier;      /* as above */
  ConsentKind kind;            /* CONSENT_DRUG: medicines (YZK); CONSENT_CHECKUP: check-ups (TKK) */
  gboolean with_treatment;     /* of drug: the treatments too */
  gboolean with_prescriptions; /* of drug: also what was prescribed and dispensed electronically */
  TransportRecordsFormat format;
  const char *from, *to; /* both or neither: NULL is all that there is (the field asks for check-ups so) */
  const char *last_date; /* of drug: YYYYMMDD, the field's LastDate, or NULL */
  TransportTreatment treatment;
  const char *insurer_number, *symbol, *number, *branch; /* as the center sent them */
  TransportBond *bond;                                   /* of the visit's answer, or NULL */
} TransportRecordsQuery;

#define TRANSPORT_RECORDS_DIGEST_SIZE 32u /* SHA-256 */

/*
 * What the center answered to one request for records: a document, or its refusal in a few words. A document is not
 * read here: it can be another format than was asked for (an error is XML in a PDF's place), an error, or another
 * person's, and whoever reads it judges that.
 */
typedef struct
{
  int fd; /* a memfd that can be sealed, and is not yet: the document alone, offset 0, close-on-exec; -1: refused */
  guint64 size;                                 /* bytes */
  guint8 digest[TRANSPORT_RECORDS_DIGEST_SIZE]; /* SHA-256 of them */
  TransportRecordsFormat format;                /* as the answer calls itself */
  RecordsOutcome outcome;                       /* DATA: read the document; else what the refusal stands for */
  char *code, *message;                         /* of the refusal, as sent; NULL: not sent, or none */
  gint64 received;                              /* microseconds since the epoch, UTC */
  TransportBond *bond;
} TransportRecords;

/* transport_records_take_fd: the caller has the descriptor from then on; -1: there is none. */
int transport_records_take_fd (TransportRecords *records);
/* transport_records_free: closes the descriptor that was not taken. */
void transport_records_free (TransportRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportRecords, transport_records_free)

#define TRANSPORT_RECEPTION_MAXIMUM 38 /* characters of the field's ReceptionNumber */

/*
 * Who has consented to home or online care here: a list that the center makes first, and gives out then. NULL: not
 * given. Borrowed. Days YYYYMMDD.
 */
typedef struct
{
  const char *identifier;   /* of the question; NULL: the transport draws it, or, with a reception, it is not known */
  const char *reception;    /* of an earlier question: its list is fetched; NULL: the center is asked to make one */
  TransportTreatment care;  /* HOME or ONLINE */
  const char *from, *to;    /* of the consents */
  gboolean by_examination;  /* of the examinations instead; of ONLINE alone */
  gboolean wants_reception; /* the reception's number is enough, and the list is not fetched */
} TransportCareQuery;

/* A list, or the number under which it is fetched later. */
typedef struct
{
  int fd; /* a memfd that can be sealed, and is not yet: the center's message, offset 0, close-on-exec; -1: none yet */
  guint64 size;                                 /* bytes */
  guint8 digest[TRANSPORT_RECORDS_DIGEST_SIZE]; /* SHA-256 of them */
  guint n_people;                               /* units in it */
  char *reception;
  char *identifier; /* of the question; NULL: not known */
} TransportCareList;

/* transport_care_list_free: closes the descriptor, unless it is -1. */
void transport_care_list_free (TransportCareList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportCareList, transport_care_list_free)

/* What the center says of one kind of consent. */
typedef struct
{
  gboolean granted;     /* it was taken down */
  gboolean is_answered; /* the message says yes or no to it */
  gint64 at, until;     /* microseconds since the epoch, UTC; 0: not sent */
} TransportConsentState;

/* The center's answer. It was taken and belongs to the request: a transport answers everything else with an error. */
typedef struct
{
  Qualification *qualification; /* NULL: the answer to a registration, or to a withdrawal */
  TransportConsentState consents[CONSENT_N_KINDS];
  TransportConsentState use; /* of the card as an insurance card: the answer to register_use */
  GBytes *body;              /* as it came; NULL: it holds what the patient did not agree to */
  gint64 received;           /* microseconds since the epoch, UTC */
  TransportBond *bond;
} TransportReply;

/* transport_make_identifier: of a message: 128 random bits. Cheaper than a UUID's text. Return: (transfer full). */
char *transport_make_identifier (void);

void transport_reply_free (TransportReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportReply, transport_reply_free)

typedef enum
{
  TRANSPORT_UNKNOWN, /* not tried yet */
  TRANSPORT_ONLINE,
  TRANSPORT_DEGRADED, /* answers, but busy or refusing */
  TRANSPORT_OFFLINE,
} TransportState;

#define TRANSPORT_EXAMINATION_MILLISECONDS 2700 /* at most: nobody's silence makes it longer */

/* The links of the chain that a transport can tell of, for Manager.Diagnose. */
typedef enum
{
  TRANSPORT_LINK_SETTINGS, /* degraded: newer ones wait (CENTER_UNREACHABLE, CENTER_BUSY), or were refused */
  TRANSPORT_LINK_CREDENTIAL,
  TRANSPORT_LINK_LINE,
  TRANSPORT_LINK_NAME,
  TRANSPORT_LINK_TLS,
  TRANSPORT_LINK_CENTER,
  TRANSPORT_LINK_TERMINAL, /* its folders, and who serves them: of a transport that has a name */
  TRANSPORT_N_LINKS
} TransportLink;

typedef enum
{
  TRANSPORT_LINK_UNKNOWN, /* not examined */
  TRANSPORT_LINK_OK,
  TRANSPORT_LINK_DEGRADED,
  TRANSPORT_LINK_FAILED,
} TransportLinkState;

typedef struct
{
  TransportLinkState state;
  gint64 since;         /* microseconds since the epoch of the last change; 0 while unknown */
  ShikakuError error;   /* while degraded or failed, else NONE */
  char *detail;         /* what is wrong, and with which file or URI, or what was seen, for technicians; or NULL */
  ShikakuCause cause;   /* what is wrong, if it is known */
  char *code, *message; /* the center's own, where it has refused; the message of a refused account alone */
} TransportLinkStatus;

/* What the center's clock said when it last answered, and when that was by ours that nobody sets. 0: never. */
typedef struct
{
  gint64 date, at; /* microseconds since the epoch; of CLOCK_BOOTTIME */
} TransportClock;

/*
 * The way to the center when it last answered, so that another one can be told from it. NULL: not known. No address is
 * of a person.
 */
typedef struct
{
  char *place;       /* host and port */
  char *peer;        /* its numeric address */
  char *local;       /* our own */
  char *interface;   /* that has it */
  gboolean is_noted; /* in this run of the daemon, and not kept yet */
} TransportWay;

#define TRANSPORT_ARRIVAL_DIGEST_SIZE 32u /* SHA-256 */

/* What a transport can do. A visit is given the one that can do what its origin needs. */
typedef enum
{
  TRANSPORT_PROVES_CARDS = 1 << 0,         /* get_challenge, check_card */
  TRANSPORT_ASKS_BY_NUMBER = 1 << 1,       /* check_number */
  TRANSPORT_REGISTERS_CONSENTS = 1 << 2,   /* register_consents */
  TRANSPORT_REGISTERS_USE = 1 << 3,        /* register_use */
  TRANSPORT_REGISTERS_REFERENCES = 1 << 4, /* register_reference */
  TRANSPORT_FETCHES_RECORDS = 1 << 5,      /* fetch_records */
  TRANSPORT_WITHDRAWS_CONSENTS = 1 << 6,   /* make_withdrawal, of home and online care alone */
  TRANSPORT_BRINGS_ARRIVALS = 1 << 7,      /* arrived, release_arrival */
  TRANSPORT_LISTS_CARE = 1 << 8,           /* list_care */
} TransportAbility;

/*
 * What a terminal brought without having been asked: the answer about somebody who stood before its face reader, in a
 * file that anybody who may write to the share can have made. Whose it is, nobody has said yet.
 */
typedef struct
{
  char *name;                                   /* of the file, without folders: the institution, a number, a time */
  GBytes *bytes;                                /* of the file, as it lay there */
  guint8 digest[TRANSPORT_ARRIVAL_DIGEST_SIZE]; /* SHA-256 of them */
  gint64 at;             /* when the patient stood there, as the file says: microseconds since the epoch, UTC */
  gint64 received;       /* when it was found; likewise */
  TransportReply *reply; /* the answer and the consents given there; its body: the message alone, as XML */
} TransportArrival;

void transport_arrival_free (TransportArrival *arrival);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportArrival, transport_arrival_free)

typedef struct Transport Transport;

/* Members of an ability that it does not have are NULL. */
typedef struct
{
  guint abilities; /* of TransportAbility */

  /* prepare: a card came in: connect, renew the token if needed, so that both hide behind the card's time. Silent. */
  void (*prepare) (Transport *transport);

  void (*get_challenge) (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);
  TransportChallenge *(*get_challenge_finish) (Transport *transport, GAsyncResult *result, GError **error);

  /*
   * make_challenge: one of our own, while the center gives none; its proof is taken for TRANSPORT_LATE_SECONDS.
   * Return: (transfer full), or NULL: it is not known for which institution.
   */
  TransportChallenge *(*make_challenge) (Transport *transport);

  void (*check_card) (Transport *transport, const TransportCardQuery *query, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);
  void (*check_number) (Transport *transport, const TransportNumberQuery *query, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data);
  /*
   * register_consents: never repeated on the wire, whatever happens to the line (a 401 alone, which says that nothing
   * was done, is followed by a new token and one repeat). The answer holds what became of each consent. Whoever wants
   * to repeat it until it is known what became of it keeps what make_registration gives before, and uses repeat.
   */
  void (*register_consents) (Transport *transport, const TransportConsents *consents, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
  /*
   * register_use: of a card that was proved, and that the center has refused because it is not registered: by the same
   * proof, which is good for one more check then. @terms: the text that the patient has agreed to. Not repeated either.
   */
  void (*register_use) (Transport *transport, const TransportCardQuery *proof, const TransportConsentText *terms,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  /* register_reference: not repeated either. Also NOT_FOUND: the center knows nobody by these numbers. */
  void (*register_reference) (Transport *transport, const TransportReference *reference, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
  /*
   * make_registration: the bytes that the call sends for the same argument: to be kept before it is sent, for repeat.
   * make_withdrawal: the same of a withdrawal of consents of home or online care, all of the person's at this
   * institution, which has no other call than repeat; also NOT_FOUND: the center knows nobody by these numbers, or no
   * consent of them. @…->identifier: must be set. Return: (transfer full), or NULL: the institution is not known.
   */
  GBytes *(*make_registration) (Transport *transport, const TransportConsents *consents);
  GBytes *(*make_withdrawal) (Transport *transport, const TransportWithdrawal *withdrawal);
  /*
   * fetch_records: a query: it is repeated on the wire with the same identifier where the line breaks, within its own
   * deadline. Nothing of a document that is cut, or too large, comes out. Months and spans are the caller's
   * (visit/records-plan). A refusal is no error (TransportRecords), but that of a busy center is CENTER_BUSY.
   */
  void (*fetch_records) (Transport *transport, const TransportRecordsQuery *query, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
  TransportRecords *(*fetch_records_finish) (Transport *transport, GAsyncResult *result, GError **error);
  /*
   * list_care: that the center shall make a list is said once, whatever happens; the list is asked for again while the
   * center still makes it, for half a minute. One that is not ready then is no error: its reception is told, and no
   * list. An answer of another institution or reception is MESSAGE_INVALID. Nothing of a list that is cut, or too
   * large, comes out.
   */
  void (*list_care) (Transport *transport, const TransportCareQuery *query, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data);
  TransportCareList *(*list_care_finish) (Transport *transport, GAsyncResult *result, GError **error);
  /*
   * get_request: of check_card or check_number, whatever became of it, before its task is gone: the bytes that were to
   * be sent. (transfer none), or NULL: they must not be sent again, or there were none. repeat: sends such bytes, of
   * @ability (PROVES_CARDS: of check_card, ASKS_BY_NUMBER: of check_number, REGISTERS_CONSENTS: of make_registration,
   * WITHDRAWS_CONSENTS: of make_withdrawal), as they are: the center acts on no such message twice
   * (data/center-profile.md).
   */
  GBytes *(*get_request) (Transport *transport, GAsyncResult *result);
  void (*repeat) (Transport *transport, TransportAbility ability, GBytes *request, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data);
  /* reply_finish: of check_card, check_number, repeat, and all that registers or withdraws. */
  TransportReply *(*reply_finish) (Transport *transport, GAsyncResult *result, GError **error);

  /* examine: walks the links now (Diagnose), then @callback, within TRANSPORT_EXAMINATION_MILLISECONDS; into links. */
  void (*examine) (Transport *transport, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  /*
   * release_arrival: it is durable here, or was already: its file may go from the share (a copy for each other program
   * that takes them is made before). @name, @digest: of a TransportArrival. What is not released stays, and is told
   * again after a restart.
   */
  void (*release_arrival) (Transport *transport, const char *name, const guint8 *digest);
  /* reset: the machine has slept: idle connections are closed, they lead nowhere any more. */
  void (*reset) (Transport *transport);
  void (*free) (Transport *transport);
} TransportClass;

struct Transport
{
  const TransportClass *klass;
  const char *name;   /* of a terminal, as the configuration has it; NULL: it is none */
  gboolean is_unused; /* nothing is set up for it, as it should be: nobody asks it, and its links are nobody's concern;
                         set by the owner */
  TransportState state;
  ShikakuCause cause; /* of the first link that is not well; NONE: each is, or it is not known */
  TransportLinkStatus links[TRANSPORT_N_LINKS];
  FailureShare calls;
  TransportClock clock;
  TransportWay way;
  gint64 credential_expires; /* microseconds since the epoch; 0: not known */
  gboolean is_behind;        /* what is in use is not what was given last: that is being tried, waits, or was refused */
  void (*changed) (Transport *transport, gpointer user_data); /* state, credential_expires, is_behind or the link of the
                                                                 settings changed; set by the owner */
  gpointer changed_data;
  /* arrived: of BRINGS_ARRIVALS; @arrival: (transfer full). Set by the owner; none is told before. */
  void (*arrived) (Transport *transport, TransportArrival *arrival, gpointer user_data);
  gpointer arrived_data;
};

/*
 * For transports: what happened on the chain. transport_note_link writes one link down (@error: what is wrong with it,
 * or NULL), transport_note_center the center's own after an answer (too many calls before it failed: degraded),
 * transport_note_exposure that the credential works
 * but is not kept well (@exposure: NULL if it is), and transport_derive_state makes the state of all links and tells
 * the owner if it is another than before. transport_forget_links: from @first on nothing is known any more.
 */
void transport_note_link (Transport *transport, TransportLink link, TransportLinkState state, const GError *error);
void transport_note_exposure (Transport *transport, const char *exposure);
void transport_forget_links (Transport *transport, TransportLink first);
void transport_note_center (Transport *transport, const GError *error);
void transport_derive_state (Transport *transport);
/*
 * transport_note_settings: whether what is in use is what was given last. If not, @error: why it waits or was refused,
 * or NULL: that is not known yet. Tells the owner.
 */
void transport_note_settings (Transport *transport, gboolean in_use, const GError *error);
/*
 * transport_count_call: a question, registration or challenge came to its end, with @error or NULL: what the center
 * does not answer, is too busy for, or answers with garbage is a failure, what it refuses is none, and what never came
 * to it is not counted. transport_forget_calls: it is another center from here on.
 */
void transport_count_call (Transport *transport, const GError *error);
void transport_forget_calls (Transport *transport);
/* transport_note_clock: the center has said that it is @date (microseconds since the epoch); 0: it has not. */
void transport_note_clock (Transport *transport, gint64 date);
/* transport_note_seen: what was seen of a link that is as it was noted last; NULL: nothing is to be told. */
void transport_note_seen (Transport *transport, TransportLink link, const char *seen);
/* transport_note_way: the center of @place was reached at @peer from @local, and was itself. */
void transport_note_way (Transport *transport, const char *place, const char *peer, const char *local);
/* transport_set_way: what was kept of an earlier run; nothing if it is known better. @way: all of it, borrowed. */
void transport_set_way (Transport *transport, const TransportWay *way);
/* transport_way_clear: for the transport that ends. */
void transport_way_clear (TransportWay *way);
/* transport_note_expiry: when the credential expires; tells the owner if that is new. */
void transport_note_expiry (Transport *transport, gint64 expires);
