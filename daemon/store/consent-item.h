/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* consent-item: what consent-book keeps, and is given to keep, as plain structs. Pure. */
#pragma once

#include "codec/consent-kind.h"
#include "store/ledger.h"

/* What is in files out there: states are added, never changed. */
typedef enum
{
  CONSENT_BOOK_OPEN = 0,       /* it is yet to be known what the center says to it */
  CONSENT_BOOK_REGISTERED = 1, /* the center has taken it down */
  CONSENT_BOOK_REFUSED = 2,    /* it has not, and will not */
  CONSENT_BOOK_UNKNOWN = 3,    /* nobody will ever know: its time was over first */
  CONSENT_BOOK_WITHDRAWN = 4,  /* the patient has taken it back */
} ConsentBookState;

/* consent_book_state_to_string: the word for it, in the ledger and in receipts; static. */
const char *consent_book_state_to_string (ConsentBookState state);

/* What is known of a withdrawal at the center. Likewise in files. */
typedef enum
{
  CONSENT_BOOK_WITHDRAWN_HERE = 0,  /* the center is not told of it: what it has taken down lapses there */
  CONSENT_BOOK_WITHDRAWAL_OPEN = 1, /* it is yet to be known what the center says to it */
  CONSENT_BOOK_WITHDRAWN_CENTER = 2,
  CONSENT_BOOK_WITHDRAWAL_REFUSED = 3, /* the center has not done it, and will not */
  CONSENT_BOOK_WITHDRAWAL_LAPSED = 4,  /* nobody will ever know: the consent's own time was over first */
  CONSENT_BOOK_WITHDRAWAL_RENEWED = 5, /* likewise: the patient has agreed to the same again first */
  CONSENT_BOOK_WITHDRAWAL_NOTHING = 6, /* the center has nothing, or nothing any more, that it could withdraw */
} ConsentBookWithdrawal;

/* consent_book_withdrawal_to_string: the word for it, in the ledger and in receipts; static. */
const char *consent_book_withdrawal_to_string (ConsentBookWithdrawal withdrawal);

/* Of whom a consent is, and what else a later use of it needs. Texts may be NULL. */
typedef struct
{
  char *name, *kana, *birthdate;       /* as the center wrote them */
  char *name_of_other, *kana_of_other; /* likewise: who goes by another name too */
  char *insurer_number, *symbol, *number, *branch;
  char *evidence, *origin, *answerer; /* words of the contract */
} ConsentBookPerson;

/* How likely two of them, with the same numbers and birthdate, are one person: twins have the same. */
typedef enum
{
  CONSENT_BOOK_SAME_PERSON,  /* name, kana or branch say so, and none of them is another */
  CONSENT_BOOK_MAYBE_PERSON, /* nothing is known of both that could say it */
  CONSENT_BOOK_OTHER_PERSON,
} ConsentBookLikeness;

ConsentBookLikeness consent_book_person_compare (const ConsentBookPerson *a, const ConsentBookPerson *b);
/* consent_book_person_may_have_branch: it has none that is known, or @branch: without regard to width and zeros. */
gboolean consent_book_person_may_have_branch (const ConsentBookPerson *person, const char *branch);
/* consent_book_person_copy: into @ret, which has none yet. */
void consent_book_person_copy (const ConsentBookPerson *person, ConsentBookPerson *ret);
/* consent_book_person_clear: frees its texts; none is left. */
void consent_book_person_clear (ConsentBookPerson *person);

/* One consent of the book. */
typedef struct
{
  guint64 entry; /* the place of its entry CONSENT */
  char *receipt; /* the id of its receipt (codec/receipt) */
  char *identifier, *visit;
  ConsentKind kind;
  ConsentBookState state;
  ConsentBookWithdrawal withdrawal; /* of what is WITHDRAWN */
  gint64 at;           /* microseconds since the epoch: when it became REGISTERED, or WITHDRAWN; 0: neither */
  gint64 until;        /* likewise: it is over then, whatever the state */
  guint treatment;     /* 1 outpatient, 2 home, 3 online, 4 emergency */
  gboolean has_number; /* as of ConsentBookWriting */
  guint8 number[LEDGER_PERSON_SIZE];
  ConsentBookPerson person;
} ConsentBookItem;

void consent_book_item_free (ConsentBookItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentBookItem, consent_book_item_free)

/*
 * A message that the center is to be told, of consents or of the end of one, and until when repeating it makes
 * sense.
 */
typedef struct
{
  char *identifier;
  GBytes *request;
  gint64 until;    /* microseconds since the epoch */
  GArray *entries; /* of guint64: of its consents, in the order of: */
  GArray *kinds;   /* of ConsentKind */
  char *visit;
  ConsentBookPerson person;
  gboolean withdraws;  /* it takes back the one consent of: */
  char *receipt;       /* of the first consent; NULL: not known */
  gboolean is_renewed; /* the patient has said yes to the same since, so what it withdraws stands again */
} ConsentBookMessage;

void consent_book_message_free (ConsentBookMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentBookMessage, consent_book_message_free)

/* One answer of a patient: its entry, and, if it is a yes that is kept, the kind. */
typedef struct
{
  LedgerEntry *entry;
  gboolean is_kept;
  ConsentBookState state; /* OPEN: it is to be registered; REGISTERED: the center has it already */
  ConsentKind kind;
  gint64 at, until; /* at: when the center took it down; 0: it has not */
} ConsentBookAnswer;

/* What is written at once; of a withdrawal, which has no answers: the message that tells the center of it. */
typedef struct
{
  GArray *answers;  /* of ConsentBookAnswer; the entries are owned */
  char *identifier; /* of the message; NULL: there is none, and no answer is kept */
  GBytes *request;  /* NULL: the center is told nothing */
  gint64 until;     /* of the message */
  char *visit;
  guint treatment;
  gboolean has_number; /* @number is known: the keyed hash of the person's numbers */
  guint8 number[LEDGER_PERSON_SIZE];
  ConsentBookPerson person;
} ConsentBookWriting;

ConsentBookWriting *consent_book_writing_new (void);
void consent_book_writing_add (ConsentBookWriting *writing, LedgerEntry *entry, gboolean is_open, ConsentKind kind,
                               gint64 until); /* @entry: (transfer full) */
/* consent_book_writing_add_said: the same of an answer that the center has had from elsewhere. */
void consent_book_writing_add_said (ConsentBookWriting *writing, LedgerEntry *entry, gboolean is_kept, ConsentKind kind,
                                    gint64 at, gint64 until);
void consent_book_writing_free (ConsentBookWriting *writing);

/* What came of an answer. */
typedef struct
{
  guint64 entry;
  char *receipt;
} ConsentBookPlace;
