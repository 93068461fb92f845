/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * consent-book: what of a consent outlives its visit, in the ledger's own file: who has agreed to what, until when, and
 * what the center is yet to be told. A tenant of the ledger's store: a row is there if and only if its entry is.
 *
 * In: entries of the ledger with what belongs to them, in one transaction, one flush. Out: what waits for the center, so
 * that it is repeated with the same identifier over restarts; the consent by which records may be asked for later. What
 * is of a person is sealed under the store's key (purpose "consent-book") but for what is looked up: keyed hashes, the
 * visit's path. A row goes when its time is over.
 *
 * Asynchronous, on the main thread. Errors: LEDGER_FAILED; NOT_FOUND.
 */
#pragma once

#include "codec/consent-kind.h"
#include "store/ledger.h"

typedef struct ConsentBook ConsentBook;

/* What is in files out there: states are added, never changed. */
typedef enum
{
  CONSENT_BOOK_OPEN = 0,       /* it is yet to be known what the center says to it */
  CONSENT_BOOK_REGISTERED = 1, /* the center has taken it down */
  CONSENT_BOOK_REFUSED = 2,    /* it has not, and will not */
  CONSENT_BOOK_UNKNOWN = 3,    /* nobody will ever know: its time was over first */
  CONSENT_BOOK_WITHDRAWN = 4,  /* the patient has taken it back */
} ConsentBookState;

/* Of whom a consent is, and what else a later use of it needs. Texts may be NULL. */
typedef struct
{
  char *name, *kana, *birthdate;                 /* as the center wrote them */
  char *insurer_number, *symbol, *number, *branch;
  char *evidence, *origin, *answerer;            /* words of the contract */
} ConsentBookPerson;

/* One consent of the book. */
typedef struct
{
  guint64 entry; /* the place of its entry CONSENT */
  char *receipt; /* the id of its receipt */
  char *identifier, *visit;
  ConsentKind kind;
  ConsentBookState state;
  gint64 at, until;  /* microseconds since the epoch; until: it is over then, whatever the state */
  guint treatment;   /* 1 outpatient, 2 home, 3 online, 4 emergency */
  ConsentBookPerson person;
} ConsentBookItem;

void consent_book_item_free (ConsentBookItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentBookItem, consent_book_item_free)

/* A message that the center is to be told, and until when repeating it makes sense. */
typedef struct
{
  char *identifier;
  GBytes *request;
  gint64 until;        /* microseconds since the epoch */
  GArray *entries;     /* of guint64: of its consents, in the order of: */
  GArray *kinds;       /* of ConsentKind */
  char *visit;
} ConsentBookMessage;

void consent_book_message_free (ConsentBookMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsentBookMessage, consent_book_message_free)

ConsentBook *consent_book_new (Ledger *ledger);
/* consent_book_is_begun: there may be something in it: the ledger's file is there. */
gboolean consent_book_is_begun (ConsentBook *book);
/* consent_book_free: what waits to be written is written; the ledger and its store live longer. */
void consent_book_free (ConsentBook *book);

/* One answer of a patient: its entry, and, if it is a yes that is to be registered, the kind. */
typedef struct
{
  LedgerEntry *entry;
  gboolean is_open;
  ConsentKind kind;
  gint64 until;
} ConsentBookAnswer;

/* What is written at once. */
typedef struct
{
  GArray *answers;   /* of ConsentBookAnswer; the entries are owned */
  char *identifier;  /* of the message; NULL: there is none, and no answer is open */
  GBytes *request;
  gint64 until;      /* of the message */
  char *visit;
  guint treatment;
  gboolean has_number; /* @number is known: the keyed hash of the person's numbers */
  guint8 number[LEDGER_PERSON_SIZE];
  ConsentBookPerson person;
} ConsentBookWriting;

ConsentBookWriting *consent_book_writing_new (void);
void consent_book_writing_add (ConsentBookWriting *writing, LedgerEntry *entry, gboolean is_open, ConsentKind kind,
                               gint64 until); /* @entry: (transfer full) */
void consent_book_writing_free (ConsentBookWriting *writing);

/* What came of an answer. */
typedef struct
{
  guint64 entry;
  char *receipt;
} ConsentBookPlace;

/* consent_book_write: @writing: (transfer full). Finish: of ConsentBookPlace, one an answer, (transfer full); or NULL. */
void consent_book_write (ConsentBook *book, ConsentBookWriting *writing, GAsyncReadyCallback callback,
                         gpointer user_data);
GArray *consent_book_write_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_settle: what the center has said to one consent of a message, with its entry (transfer full). Nobody waits
 * for it: it is written with what comes next, or within ten seconds; a kill before that has the message repeated.
 */
void consent_book_settle (ConsentBook *book, guint64 place, ConsentBookState state, gint64 at, gint64 until,
                          LedgerEntry *entry);

/* consent_book_load: finish: of ConsentBookMessage: what the center is yet to be told, the oldest first. */
void consent_book_load (ConsentBook *book, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *consent_book_load_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_find: the newest consent to @kind that is not over, by one of: the keyed hash of the person's numbers; the
 * visit's path; the id of a receipt (then @kind does not count). Finish: (transfer full), or NULL with NOT_FOUND.
 */
void consent_book_find_person (ConsentBook *book, const guint8 number_hash[LEDGER_PERSON_SIZE], ConsentKind kind,
                               GAsyncReadyCallback callback, gpointer user_data);
void consent_book_find_visit (ConsentBook *book, const char *visit, ConsentKind kind, GAsyncReadyCallback callback,
                              gpointer user_data);
void consent_book_find_receipt (ConsentBook *book, const char *receipt, GAsyncReadyCallback callback,
                                gpointer user_data);
ConsentBookItem *consent_book_find_finish (GAsyncResult *result, GError **error);

/*
 * consent_book_withdraw: the consent at @place is none any more, nor is any other of that person to the same kind, with its entry (transfer full), before this is
 * answered. NOT_FOUND: there is no such consent, or it has ended.
 */
void consent_book_withdraw (ConsentBook *book, guint64 place, LedgerEntry *entry, GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean consent_book_withdraw_finish (GAsyncResult *result, GError **error);

/* consent_book_make_receipt: the id: the place and the first 16 digits of the leaf's hash. (transfer full). */
char *consent_book_make_receipt (guint64 place, const guint8 *leaf);
