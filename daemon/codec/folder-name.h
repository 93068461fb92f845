/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-name: what the files of the terminal's shared folders are called (data/doc/messages.md, "Files"):
 * <system><s|m><i|u><three letters><two digits><req|res>_<suffix>.<xml|zip|pdf>, and, of an answer that nobody asked
 * for, <prefix>res_face_<institution and number>_<YYYYMMDDHHmmss>.xml. A name comes in, its parts go out; and the
 * other way round for names of our own. Pure.
 *
 * Several programs use the same folders. The suffixes of our own names begin with a mark that no other program is
 * known to use, and go on with a tag of this installation: what has neither is not ours, and is never touched.
 */
#pragma once

#include <glib.h>

#define FOLDER_NAME_PREFIX_SIZE 10u /* characters: "OQSsiquc01" */
#define FOLDER_NAME_SYSTEM_SIZE 3u  /* of them: "OQS" */
#define FOLDER_NAME_TAG_SIZE 5u     /* characters, digits and capital letters */
#define FOLDER_NAME_SUFFIX_SIZE 20u /* of our own names */
#define FOLDER_NAME_SIZE_MAXIMUM 255u

typedef enum
{
  FOLDER_EXTENSION_NONE, /* none of the field's */
  FOLDER_EXTENSION_XML,
  FOLDER_EXTENSION_ZIP,
  FOLDER_EXTENSION_PDF,
} FolderExtension;

/* folder_extension_get_word: "xml", "zip", "pdf"; static; NULL of NONE. */
const char *folder_extension_get_word (FolderExtension extension);

typedef enum
{
  FOLDER_NAME_OTHER, /* none of the field's */
  FOLDER_NAME_REQUEST,
  FOLDER_NAME_ANSWER,
  FOLDER_NAME_FACE,
  FOLDER_NAME_TEMPORARY, /* our own, not yet under its name */
} FolderNameKind;

typedef struct
{
  FolderNameKind kind;
  FolderExtension extension;
  char prefix[FOLDER_NAME_PREFIX_SIZE + 1]; /* "" of OTHER and TEMPORARY */
  gsize base_size;                          /* bytes of the name without its extension and dot */
  char suffix[FOLDER_NAME_SUFFIX_SIZE + 1]; /* that this program made, here or elsewhere; else "" */
  char tag[FOLDER_NAME_TAG_SIZE + 1];       /* in it */
  gint64 at; /* of FACE: the time in it, in Japan: microseconds since the epoch, UTC; 0: none that can be */
} FolderName;

/*
 * folder_name_read: @name: a file's, without folders, any bytes. The extension may be in capitals. What the terminal
 * calls a file that is no answer but an error is not public: any other file of the field's extensions that has a suffix
 * of ours anywhere in its name is an ANSWER too; its prefix is "" if it has none.
 */
void folder_name_read (const char *name, FolderName *ret_name);

/* folder_name_make_tag: the tag of the installation that @seed (the machine, the terminal) stands for, always the same.
 * Return: (transfer full). */
char *folder_name_make_tag (const char *seed);

/*
 * folder_name_make_request: a name that no file had before: @prefix of FOLDER_NAME_PREFIX_SIZE characters, "req_", and
 * a suffix of 20 characters with @tag (ORCA's are as long). @extension: XML or ZIP. Return: (transfer full).
 */
char *folder_name_make_request (const char *prefix, const char *tag, FolderExtension extension);

/* folder_name_make_temporary: a name that no file had before, and that the terminal does not look for. Return:
 * (transfer full). */
char *folder_name_make_temporary (const char *tag);

/* folder_name_make_answer_base: of a request's name the answer's, without dot and extension; NULL: it is no request's.
 * Return: (transfer full). */
char *folder_name_make_answer_base (const char *request);
