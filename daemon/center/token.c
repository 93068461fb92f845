/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token: the login is made with PKCS #11 itself, because GnuTLS would copy the PIN and ask for it again when it is
 * wrong. GnuTLS and glib-networking find the token logged in (a login is the process's, not the session's), and never
 * come to ask: they have no PIN that they could spend.
 */
#include "center/token.h"

#include <errno.h>
#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs11.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "center/token-modules.h"

#define PIN_SIZE_MAXIMUM 255 /* bytes */
#define URI_SCHEME "pkcs11:"
#define P11_SYSTEM_MODULES "/etc/pkcs11/modules"
#define READER_LIBRARY "OpenSC"

struct Token
{
  CK_FUNCTION_LIST *module;
  CK_SESSION_HANDLE session;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (P11KitUri, p11_kit_uri_free)

static GMutex modules_lock; /* GnuTLS does not lock its list of modules */

gboolean
token_is_uri (const char *path)
{
  return path != NULL && g_ascii_strncasecmp (path, URI_SCHEME, strlen (URI_SCHEME)) == 0;
}

char *
token_strip_uri (const char *uri)
{
  return token_is_uri (uri) ? g_strndup (uri, strcspn (uri, "?")) : g_strdup (uri);
}

G_GNUC_PRINTF (3, 4)
static gboolean
set_missing (GError **error, const char *uri, const char *format, ...)
{
  g_autofree char *shown = token_strip_uri (uri), *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_MISSING, "the token of %s %s", shown,
                     text);
  return FALSE;
}

/* It is there, and is not logged in to. */
static gboolean
set_closed (GError **error, const char *uri, const char *text)
{
  g_autofree char *shown = token_strip_uri (uri);

  shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_PIN, "the token of %s %s", shown,
                     text);
  return FALSE;
}

static P11KitUri *
parse_uri (const char *uri, GError **error)
{
  g_autoptr (P11KitUri) parsed = p11_kit_uri_new ();

  if (p11_kit_uri_parse (uri, P11_KIT_URI_FOR_ANY, parsed) != P11_KIT_URI_OK)
    {
      set_missing (error, uri, "cannot be looked for: this is not a PKCS #11 URI");
      return NULL;
    }
  if (p11_kit_uri_get_pin_value (parsed) != NULL)
    {
      set_missing (error, uri, "is not used: its URI holds a PIN, which has no place there; use TokenPin");
      return NULL;
    }
  return g_steal_pointer (&parsed);
}

/* Whether the URI says that the token is OpenSC's. */
static gboolean
wants_readers (P11KitUri *parsed)
{
  const CK_INFO *library = p11_kit_uri_get_module_info (parsed);

  return memcmp (library->libraryDescription, READER_LIBRARY, strlen (READER_LIBRARY)) == 0
         || memcmp (library->manufacturerID, READER_LIBRARY, strlen (READER_LIBRARY)) == 0;
}

/*
 * What is loaded stays: somebody may be using it. p11-kit itself would load every module there is, to see what it is,
 * and keep it: that of OpenSC is seven megabytes large, and opens every card in every reader, the patients' too.
 * Return: how many there are.
 */
static guint
load_modules (gboolean readers)
{
  static const char *const folders[] = { P11_SYSTEM_MODULES, P11_PACKAGE_MODULES, NULL };
  static guint n_loaded[2]; /* of readers, and of all others */
  g_autoptr (GPtrArray) modules = NULL;

  if (n_loaded[readers] > 0)
    return n_loaded[readers];
  gnutls_global_init ();
  gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_MANUAL, NULL); /* else GnuTLS takes all of them */
  modules = token_modules_list (folders, program_invocation_short_name, readers);
  for (guint i = 0; i < modules->len; i++)
    if (gnutls_pkcs11_add_provider (g_ptr_array_index (modules, i), NULL) >= 0)
      n_loaded[readers]++;
  return n_loaded[readers];
}

/* Return: the module that has the token, or NULL. */
static CK_FUNCTION_LIST *
find_module (P11KitUri *parsed, const char *uri, CK_SLOT_ID *ret_slot, GError **error)
{
  g_autofree char *stripped = token_strip_uri (uri);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&modules_lock);
  void *module = NULL;
  int result;

  if (load_modules (wants_readers (parsed)) == 0)
    {
      set_missing (error, uri, "cannot be looked for: no PKCS #11 module for it is set up in p11-kit");
      return NULL;
    }
  result = gnutls_pkcs11_token_get_ptr (stripped, &module, ret_slot, 0);
  if (result >= 0)
    return module;
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    set_missing (error, uri, "is not there");
  else
    set_missing (error, uri, "cannot be used: %s", gnutls_strerror (result));
  return NULL;
}

gboolean
token_find (const char *uri, GError **error)
{
  g_autoptr (P11KitUri) parsed = parse_uri (uri, error);
  CK_SLOT_ID slot = 0;

  return parsed != NULL && find_module (parsed, uri, &slot, error) != NULL;
}

/* Return: the file's text, whose first line, of *@ret_size bytes, is the PIN; or NULL. */
static Secret *
read_pin_file (const char *path, gsize *ret_size, GError **error)
{
  g_autoptr (Secret) pin = file_read (path, PIN_SIZE_MAXIMUM, FILE_OWN, error);

  *ret_size = pin != NULL ? strcspn ((char *)secret_get_data (pin), "\r\n") : 0;
  if (pin != NULL && *ret_size == 0)
    {
      shikaku_error_set (error, SHIKAKU_ERROR_CREDENTIAL_MISSING, SHIKAKU_CAUSE_TOKEN_PIN, "%s: there is no PIN in it",
                         path);
      return NULL;
    }
  return g_steal_pointer (&pin);
}

gboolean
token_check_pin (const char *path, GError **error)
{
  gsize size = 0;
  g_autoptr (Secret) pin = read_pin_file (path, &size, error);

  return pin != NULL;
}

/* Return: the text of its file, or NULL. */
static Secret *
read_pin (P11KitUri *parsed, const char *uri, const char *pin_file, gsize *ret_size, GError **error)
{
  const char *source = p11_kit_uri_get_pin_source (parsed);
  g_autoptr (GError) cause = NULL;
  Secret *pin;

  if (source != NULL) /* it is the closer one */
    pin_file = g_str_has_prefix (source, "file:") ? source + strlen ("file:") : source;
  if (pin_file == NULL)
    {
      set_closed (error, uri, "wants a PIN: write it to a file and name that by TokenPin in [Center]");
      return NULL;
    }
  pin = read_pin_file (pin_file, ret_size, &cause);
  if (pin == NULL)
    {
      g_autofree char *text = g_strdup_printf ("wants a PIN, and its file cannot be used: %s", cause->message);

      set_closed (error, uri, text);
    }
  return pin;
}

/* What the token says of the login's tries, before one of them is spent. */
static gboolean
check_tries (const char *uri, CK_FLAGS flags, GError **error)
{
  if ((flags & CKF_USER_PIN_LOCKED) != 0)
    return set_closed (error, uri, "has locked its PIN: unlock it with the token's own tool");
  if ((flags & CKF_USER_PIN_FINAL_TRY) != 0)
    return set_closed (error, uri,
                       "has one PIN try left, which is not used: log in to it once with the token's own tool, and "
                       "see that TokenPin is right");
  if ((flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0)
    return set_closed (error, uri, "takes its PIN on a keypad of its own, which nobody would type here");
  return TRUE;
}

static gboolean
log_in (Token *token, P11KitUri *parsed, const char *uri, const char *pin_file, GError **error)
{
  g_autofree char *stripped = token_strip_uri (uri);
  g_autoptr (Secret) pin = NULL;
  gsize size = 0;
  CK_RV result;

  pin = read_pin (parsed, uri, pin_file, &size, error);
  if (pin == NULL)
    return FALSE;
  result = token->module->C_Login (token->session, CKU_USER, secret_get_data (pin), size);
  switch (result)
    {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN:
      return TRUE;
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
      return set_missing (error, uri, "was pulled");
    case CKR_PIN_LOCKED:
      return set_closed (error, uri, "has locked its PIN: unlock it with the token's own tool");
    default: /* whatever it was, it may have cost a try */
      shikaku_error_set (
          error, SHIKAKU_ERROR_PIN_INCORRECT, SHIKAKU_CAUSE_TOKEN_PIN,
          "the token of %s refused the PIN (%s), and is not asked again, because it would lock: put the right "
          "PIN in the file of TokenPin, then reload shikakud",
          stripped, p11_kit_strerror (result));
      return FALSE;
    }
}

Token *
token_open (const char *uri, const char *pin_file, GError **error)
{
  g_autoptr (P11KitUri) parsed = parse_uri (uri, error);
  g_autoptr (Token) token = NULL;
  CK_FUNCTION_LIST *module;
  CK_SLOT_ID slot = 0;
  CK_SESSION_HANDLE session;
  CK_TOKEN_INFO token_info;
  CK_SESSION_INFO session_info;
  static GMutex tries; /* are read and spent by one at a time */
  g_autoptr (GMutexLocker) locker = NULL;

  module = parsed != NULL ? find_module (parsed, uri, &slot, error) : NULL;
  if (module == NULL)
    return NULL;
  if (module->C_OpenSession (slot, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
    {
      set_missing (error, uri, "cannot be opened");
      return NULL;
    }
  token = g_new0 (Token, 1);
  token->module = module;
  token->session = session;
  locker = g_mutex_locker_new (&tries);
  if (module->C_GetTokenInfo (slot, &token_info) != CKR_OK
      || module->C_GetSessionInfo (session, &session_info) != CKR_OK)
    {
      set_missing (error, uri, "was pulled");
      return NULL;
    }
  if ((token_info.flags & CKF_LOGIN_REQUIRED) == 0 || session_info.state == CKS_RO_USER_FUNCTIONS)
    return g_steal_pointer (&token);
  if (!check_tries (uri, token_info.flags, error) || !log_in (token, parsed, uri, pin_file, error))
    return NULL;
  return g_steal_pointer (&token);
}

static void
close_session (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Token *token = task_data;

  token->module->C_CloseSession (token->session);
  g_task_return_boolean (task, TRUE);
}

void
token_free (Token *token)
{
  g_autoptr (GTask) task = NULL;

  if (token == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, token, g_free);
  g_task_run_in_thread (task, close_session);
}
