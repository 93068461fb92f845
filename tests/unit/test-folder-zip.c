/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-zip: archives made by libzip itself, with whatever a site's module may put into one, or an attacker. */
#include <string.h>
#include <zip.h>

#include "center/folder-zip.h"

#define DOCUMENT "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/></XmlMsg>\n"
#define PASSWORD "invented-1"
#define MAXIMUM 65536u

typedef struct
{
  const char *name;
  const char *text; /* NULL: a folder */
} Entry;

/* make: an archive of @entries, up to the one without a name. @encryption: of libzip. */
static GBytes *
make (const Entry *entries, zip_uint16_t encryption, zip_int32_t compression)
{
  zip_source_t *source = zip_source_buffer_create (NULL, 0, 0, NULL);
  zip_t *archive = zip_open_from_source (source, ZIP_TRUNCATE, NULL);
  zip_stat_t status;
  guint8 *data;

  g_assert_nonnull (archive);
  zip_source_keep (source);
  for (; entries->name != NULL; entries++)
    {
      zip_int64_t index = entries->text == NULL
                              ? zip_dir_add (archive, entries->name, ZIP_FL_ENC_UTF_8)
                              : zip_file_add (archive, entries->name,
                                              zip_source_buffer (archive, entries->text, strlen (entries->text), 0),
                                              ZIP_FL_ENC_UTF_8);

      g_assert_cmpint (index, >=, 0);
      if (entries->text == NULL)
        continue;
      g_assert_cmpint (zip_set_file_compression (archive, (zip_uint64_t)index, compression, 0), ==, 0);
      if (encryption != ZIP_EM_NONE)
        g_assert_cmpint (zip_file_set_encryption (archive, (zip_uint64_t)index, encryption, PASSWORD), ==, 0);
    }
  g_assert_cmpint (zip_close (archive), ==, 0);
  g_assert_cmpint (zip_source_stat (source, &status), ==, 0);
  data = g_malloc (status.size);
  g_assert_cmpint (zip_source_open (source), ==, 0);
  g_assert_cmpint (zip_source_read (source, data, status.size), ==, (zip_int64_t)status.size);
  zip_source_close (source);
  zip_source_free (source);
  return g_bytes_new_take (data, status.size);
}

static const Entry one[] = { { "OQSsiquc01res_x.xml", DOCUMENT }, { NULL, NULL } };

static void
assert_document (GBytes *bytes)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), DOCUMENT, strlen (DOCUMENT));
}

static void
assert_refused (GBytes *archive, const char *password, ShikakuError code)
{
  g_autoptr (GError) error = NULL;
  FolderExtension extension = FOLDER_EXTENSION_NONE;
  FolderZipMethod method = FOLDER_ZIP_AES192;

  g_assert_null (folder_zip_read (archive, password, MAXIMUM, &extension, &method, &error));
  g_assert_error (error, SHIKAKU_ERROR, (gint)code);
  g_assert_cmpint (extension, ==, FOLDER_EXTENSION_NONE);
  g_assert_cmpint (method, ==, FOLDER_ZIP_AES192);
}

/* Both ways, by each method; and each is told by its archive. */
static void
test_methods (void)
{
  g_autoptr (GBytes) document = g_bytes_new_static (DOCUMENT, strlen (DOCUMENT));

  for (FolderZipMethod i = FOLDER_ZIP_PLAIN; i <= FOLDER_ZIP_AES256; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) archive
          = folder_zip_write ("OQSsiquc01req_x.xml", document, i == FOLDER_ZIP_PLAIN ? NULL : PASSWORD, i, &error);
      g_autoptr (GBytes) back = NULL;
      FolderZipMethod method = FOLDER_ZIP_PLAIN, word = FOLDER_ZIP_PLAIN;
      FolderExtension extension = FOLDER_EXTENSION_NONE;

      g_assert_no_error (error);
      back = folder_zip_read (archive, PASSWORD, MAXIMUM, &extension, &method, &error);
      g_assert_no_error (error);
      assert_document (back);
      g_assert_cmpint (method, ==, i);
      g_assert_cmpint (extension, ==, FOLDER_EXTENSION_XML);
      g_assert_true (folder_zip_method_lookup (folder_zip_method_get_word (i), &word));
      g_assert_cmpint (word, ==, i);
      g_assert_true (folder_zip_method_is_weak (i) == (i <= FOLDER_ZIP_ZIPCRYPTO));
    }
  g_assert_false (folder_zip_method_lookup ("rot-13", &(FolderZipMethod){ FOLDER_ZIP_PLAIN }));
}

/* Whatever the site's module packs with. */
static void
test_compressions (void)
{
  static const zip_int32_t compressions[] = { ZIP_CM_STORE, ZIP_CM_DEFLATE, ZIP_CM_BZIP2 };

  for (guint i = 0; i < G_N_ELEMENTS (compressions); i++)
    {
      g_autoptr (GBytes) archive = make (one, ZIP_EM_AES_256, compressions[i]);
      g_autoptr (GBytes) document = folder_zip_read (archive, PASSWORD, MAXIMUM, NULL, NULL, NULL);

      assert_document (document);
    }
}

static void
test_inside (void)
{
  static const Entry deep[]
      = { { "a", NULL }, { "a/b/OQSmuquc02res_x.XML", DOCUMENT }, { "a/note.txt", "x" }, { NULL } };
  static const Entry pdf[] = { { "YZKsiquc01res_x.pdf", DOCUMENT }, { NULL, NULL } };
  static const Entry two[] = { { "a.xml", DOCUMENT }, { "b/c.pdf", DOCUMENT }, { NULL, NULL } };
  static const Entry none[] = { { "a.txt", DOCUMENT }, { NULL, NULL } };
  g_autoptr (GBytes) deep_archive = make (deep, ZIP_EM_NONE, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) pdf_archive = make (pdf, ZIP_EM_TRAD_PKWARE, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) two_archive = make (two, ZIP_EM_NONE, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) none_archive = make (none, ZIP_EM_NONE, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) document = folder_zip_read (deep_archive, PASSWORD, MAXIMUM, NULL, NULL, NULL);
  g_autoptr (GBytes) other = NULL;
  FolderExtension extension = FOLDER_EXTENSION_NONE;

  assert_document (document);
  other = folder_zip_read (pdf_archive, PASSWORD, MAXIMUM, &extension, NULL, NULL);
  assert_document (other);
  g_assert_cmpint (extension, ==, FOLDER_EXTENSION_PDF);
  assert_refused (two_archive, NULL, SHIKAKU_ERROR_MESSAGE_INVALID);
  assert_refused (none_archive, NULL, SHIKAKU_ERROR_MESSAGE_INVALID);
}

static void
test_password (void)
{
  g_autoptr (GBytes) aes = make (one, ZIP_EM_AES_128, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) crypto = make (one, ZIP_EM_TRAD_PKWARE, ZIP_CM_DEFLATE);

  assert_refused (aes, NULL, SHIKAKU_ERROR_CREDENTIAL_MISSING);
  assert_refused (aes, "another", SHIKAKU_ERROR_CREDENTIAL_MISSING);
  assert_refused (crypto, NULL, SHIKAKU_ERROR_CREDENTIAL_MISSING);
}

/* A document that is larger than it may be; one that says that it is smaller than it is; too many entries. */
static void
test_bombs (void)
{
  g_autofree char *large = g_strnfill (MAXIMUM + 1, ' ');
  const Entry bomb[] = { { "a.xml", large }, { NULL, NULL } };
  g_autoptr (GBytes) archive = make (bomb, ZIP_EM_NONE, ZIP_CM_DEFLATE);
  g_autoptr (GBytes) liar = NULL, crowd = NULL;
  gsize size;
  guint8 *data = g_memdup2 (g_bytes_get_data (archive, &size), g_bytes_get_size (archive));
  Entry many[FOLDER_ZIP_ENTRIES_MAXIMUM + 2] = { 0 };
  char names[FOLDER_ZIP_ENTRIES_MAXIMUM + 1][8];

  assert_refused (archive, NULL, SHIKAKU_ERROR_MESSAGE_INVALID);
  for (gsize i = 0; i + 4 <= size; i++) /* each place where its size stands */
    if (data[i] == 0x01 && data[i + 1] == 0x00 && data[i + 2] == 0x01 && data[i + 3] == 0x00)
      data[i + 2] = 0x00; /* 1 byte */
  liar = g_bytes_new_take (data, size);
  assert_refused (liar, NULL, SHIKAKU_ERROR_MESSAGE_INVALID);
  for (guint i = 0; i <= FOLDER_ZIP_ENTRIES_MAXIMUM; i++)
    {
      g_snprintf (names[i], sizeof names[i], "%u.txt", i);
      many[i].name = names[i];
      many[i].text = "x";
    }
  crowd = make (many, ZIP_EM_NONE, ZIP_CM_DEFLATE);
  assert_refused (crowd, NULL, SHIKAKU_ERROR_MESSAGE_INVALID);
}

/* Cut at each byte, and with each byte changed: never another document. */
static void
test_damage (void)
{
  g_autoptr (GBytes) archive = make (one, ZIP_EM_AES_256, ZIP_CM_DEFLATE);
  gsize size;
  const guint8 *data = g_bytes_get_data (archive, &size);

  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, size);
      g_autoptr (GBytes) cut = g_bytes_new (data, i), other = NULL, document = NULL;

      assert_refused (cut, PASSWORD, SHIKAKU_ERROR_MESSAGE_INVALID);
      changed[i] ^= 0x10;
      other = g_bytes_new (changed, size);
      document = folder_zip_read (other, PASSWORD, MAXIMUM, NULL, NULL, NULL);
      if (document != NULL)
        assert_document (document);
    }
}

static gboolean is_missing;
void *__real_dlopen (const char *path, int flags);
void *__wrap_dlopen (const char *path, int flags);

void *
__wrap_dlopen (const char *path, int flags)
{
  return __real_dlopen (is_missing ? "/nowhere/shikaku-zip.so" : path, flags);
}

/* No module: said of what is made and of what is opened; and looked for again, once it is there. */
static void
test_no_module (void)
{
  g_autoptr (GBytes) document = g_bytes_new_static (DOCUMENT, strlen (DOCUMENT));
  g_autoptr (GBytes) archive = NULL;
  g_autoptr (GError) error = NULL;

  is_missing = TRUE;
  assert_refused (document, PASSWORD, SHIKAKU_ERROR_FAILED);
  g_assert_null (folder_zip_write ("x.xml", document, NULL, FOLDER_ZIP_PLAIN, &error));
  g_assert_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/nowhere/shikaku-zip.so"));
  is_missing = FALSE;
  archive = folder_zip_write ("x.xml", document, NULL, FOLDER_ZIP_PLAIN, NULL);
  g_assert_nonnull (archive);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder-zip/no-module", test_no_module); /* first: what is opened stays */
  g_test_add_func ("/folder-zip/methods", test_methods);
  g_test_add_func ("/folder-zip/compressions", test_compressions);
  g_test_add_func ("/folder-zip/inside", test_inside);
  g_test_add_func ("/folder-zip/password", test_password);
  g_test_add_func ("/folder-zip/bombs", test_bombs);
  g_test_add_func ("/folder-zip/damage", test_damage);
  return g_test_run ();
}
