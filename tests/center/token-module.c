/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * token-module: SoftHSM as a token that can be pulled, can be down to its last try, and can hang. A PKCS #11 module: it
 * stands before SoftHSM's, and looks into the folder $TOKEN_CONTROL at each call:
 *
 *   gone    while it is there, the token is not
 *   pulled  when it has changed, the token was pulled and put back: no session and no login is left
 *   flags   a number of CKF_ flags that the token has beside its own
 *   hang    whoever locks this file (flock) lets every call wait
 *
 * Goes out: a letter at the end of the file logins for each C_Login: + good, - refused.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <glib.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST own;

static int
open_control (const char *name, int flags)
{
  g_autofree char *path = g_build_filename (g_getenv ("TOKEN_CONTROL"), name, NULL);

  return open (path, flags | O_CLOEXEC, 0666);
}

static void
wait_while_hanging (void)
{
  int fd = open_control ("hang", O_RDONLY);

  if (fd < 0)
    return;
  flock (fd, LOCK_SH);
  close (fd);
}

static void
forget_sessions (void)
{
  CK_SLOT_ID slots[16];
  CK_ULONG n = G_N_ELEMENTS (slots);

  if (real->C_GetSlotList (CK_TRUE, slots, &n) == CKR_OK)
    for (CK_ULONG i = 0; i < n; i++)
      real->C_CloseAllSessions (slots[i]);
}

/* Return: whether the token is there; what happened to it before this call has happened. */
static gboolean
is_there (void)
{
  static gint64 pulled_before;
  static GMutex lock;
  g_autoptr (GMutexLocker) locker = NULL;
  int gone, pulled;
  struct stat file = { 0 };
  gint64 at;

  wait_while_hanging ();
  locker = g_mutex_locker_new (&lock);
  gone = open_control ("gone", O_RDONLY);
  pulled = open_control ("pulled", O_RDONLY);
  if (pulled >= 0)
    {
      fstat (pulled, &file);
      close (pulled);
    }
  at = file.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + file.st_mtim.tv_nsec;
  if (gone >= 0 || at != pulled_before)
    forget_sessions ();
  pulled_before = at;
  if (gone >= 0)
    close (gone);
  return gone < 0;
}

static CK_RV
get_slot_list (CK_BBOOL with_token, CK_SLOT_ID *slots, CK_ULONG *n)
{
  if (is_there ())
    return real->C_GetSlotList (with_token, slots, n);
  *n = 0;
  return CKR_OK;
}

static CK_RV
get_token_info (CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
  CK_RV result = is_there () ? real->C_GetTokenInfo (slot, info) : CKR_TOKEN_NOT_PRESENT;
  int fd = open_control ("flags", O_RDONLY);
  char text[16] = "";

  if (fd >= 0)
    {
      if (result == CKR_OK && read (fd, text, sizeof text - 1) > 0)
        info->flags |= strtoul (text, NULL, 0);
      close (fd);
    }
  return result;
}

static CK_RV
open_session (CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *session)
{
  return is_there () ? real->C_OpenSession (slot, flags, application, notify, session) : CKR_TOKEN_NOT_PRESENT;
}

static CK_RV
get_session_info (CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
  return is_there () ? real->C_GetSessionInfo (session, info) : CKR_DEVICE_REMOVED;
}

static CK_RV
login (CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG size)
{
  CK_RV result = is_there () ? real->C_Login (session, user, pin, size) : CKR_DEVICE_REMOVED;
  int fd = open_control ("logins", O_WRONLY | O_APPEND | O_CREAT);

  if (write (fd, result == CKR_OK ? "+" : "-", 1) != 1)
    abort ();
  close (fd);
  return result;
}

static CK_RV
find_objects_init (CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG n)
{
  return is_there () ? real->C_FindObjectsInit (session, template, n) : CKR_DEVICE_REMOVED;
}

static CK_RV
sign_init (CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
  return is_there () ? real->C_SignInit (session, mechanism, key) : CKR_DEVICE_REMOVED;
}

CK_RV
C_GetFunctionList (CK_FUNCTION_LIST **list)
{
  void *module = dlopen (SOFTHSM, RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList get_function_list
      = module != NULL ? (CK_C_GetFunctionList)dlsym (module, "C_GetFunctionList") : NULL;

  if (get_function_list == NULL || get_function_list (&real) != CKR_OK)
    return CKR_GENERAL_ERROR;
  own = *real;
  own.C_GetSlotList = get_slot_list;
  own.C_GetTokenInfo = get_token_info;
  own.C_OpenSession = open_session;
  own.C_GetSessionInfo = get_session_info;
  own.C_Login = login;
  own.C_FindObjectsInit = find_objects_init;
  own.C_SignInit = sign_init;
  *list = &own;
  return CKR_OK;
}
