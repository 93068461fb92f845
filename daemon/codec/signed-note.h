/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signed-note: texts with signatures below them, as the C2SP writes them (c2sp.org/signed-note), and the one such text
 * that tells how far a log is (c2sp.org/tlog-checkpoint). In: the text. Out: its parts, whether a key has signed it;
 * and the way back. Keys are Ed25519 (type 1), or a witness's, which signs with the time (type 4,
 * c2sp.org/tlog-cosignature). Pure. Nothing of a text may be believed before a signature of a key that is known was
 * verified.
 */
#pragma once

#include "codec/merkle.h"

#define NOTE_KEY_SIZE 32
#define NOTE_SIGNATURE_SIZE 64
#define NOTE_TEXT_MAXIMUM 65536 /* bytes of a note with its signatures */
#define NOTE_SIGNATURES_MAXIMUM 64

typedef enum
{
  NOTE_TYPE_ED25519 = 1,
  NOTE_TYPE_COSIGNATURE = 4,
} NoteType;

/* The public key of who signs: `name+hash+base64`. */
typedef struct
{
  char *name;
  guint32 id;
  NoteType type;
  guint8 key[NOTE_KEY_SIZE];
} NoteVerifier;

/* note_name_is_valid: neither empty, nor with a space or a plus, nor with a control character. */
gboolean note_name_is_valid (const char *name);

/*
 * note_verifier_new: of a valid @name. _parse: NULL: it is none, or of a type that is not known here. (transfer full).
 * What is parsed in this room may be NULL: a damaged file has lost it, and it is none.
 */
NoteVerifier *note_verifier_new (const char *name, NoteType type, const guint8 key[NOTE_KEY_SIZE]);
NoteVerifier *note_verifier_parse (const char *text);
char *note_verifier_to_string (const NoteVerifier *verifier);
void note_verifier_free (NoteVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NoteVerifier, note_verifier_free)

/* note_get_public_key: of the 32 secret bytes @seed. */
void note_get_public_key (const guint8 seed[NOTE_KEY_SIZE], guint8 ret_key[NOTE_KEY_SIZE]);

/* One line below the text. */
typedef struct
{
  char *name;
  guint32 id;
  GBytes *signature; /* without the id */
} NoteSignature;

typedef struct
{
  char *text;            /* with the newline at its end */
  GPtrArray *signatures; /* of NoteSignature, as they stand */
} SignedNote;

/* signed_note_new: without a signature; @text ends with a newline. _parse: NULL: this is none. (transfer full). */
SignedNote *signed_note_new (const char *text);
SignedNote *signed_note_parse (const char *text);
char *signed_note_to_string (const SignedNote *note);
void signed_note_free (SignedNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignedNote, signed_note_free)

/* signed_note_sign: adds the line of @verifier, of which @seed is the secret. @time: seconds; for cosignatures alone.
 *  */
void signed_note_sign (SignedNote *note, const NoteVerifier *verifier, const guint8 seed[NOTE_KEY_SIZE], guint64 time);

/* signed_note_add_line: a signature line as it stands in another note, with or without its newline. FALSE: it is none.
 *  */
gboolean signed_note_add_line (SignedNote *note, const char *line);

typedef enum
{
  NOTE_UNSIGNED, /* by this key: it has no line there */
  NOTE_SIGNED,
  NOTE_FORGED, /* it has one, and that is wrong: nothing of the note may be believed */
} NoteVerdict;

/* signed_note_verify: @ret_time: of a cosignature, in seconds; may be NULL. */
NoteVerdict signed_note_verify (const SignedNote *note, const NoteVerifier *verifier, guint64 *ret_time);

/* How far a log is: the text of a note. */
typedef struct
{
  char *origin;
  guint64 size;
  MerkleHash root;
  char *extension; /* further lines, each with its newline; NULL: none */
} Checkpoint;

/* checkpoint_parse: of a note's text. NULL: it is none. _to_text: (transfer full). */
Checkpoint *checkpoint_parse (const char *text);
char *checkpoint_to_text (const Checkpoint *checkpoint);
void checkpoint_free (Checkpoint *checkpoint);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Checkpoint, checkpoint_free)

/* What these formats share: a line of base64 is valid in one form alone; a number has no zero before it. */
GBytes *note_decode_base64 (const char *text, gsize size);
gboolean note_parse_number (const char *text, guint64 *ret_number);
