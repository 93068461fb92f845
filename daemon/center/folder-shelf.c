/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder-shelf: see the header. A file is new, was read once, was given out, is to go, has gone. Whatever the machine
 * that has it caches: it is opened anew for each reading, and bytes are compared, not times.
 */
#include "center/folder-shelf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "center/folder-file.h"
#include "center/folder-look.h"
#include "center/folder-mount.h"
#include "codec/message.h"

#define BETWEEN_READINGS (300 * G_TIME_SPAN_MILLISECOND)
/* A cifs mount that caches shows what another program still writes only once nobody here has had it open for 1 s. */
#define BETWEEN_READINGS_REMOTE (1500 * G_TIME_SPAN_MILLISECOND)
#define UNFINISHED \
  (30 * G_TIME_SPAN_SECOND) /* a file without an end that has not grown for so long is given as it is */
#define RETRY_MINIMUM (250 * G_TIME_SPAN_MILLISECOND)
#define RETRY_MAXIMUM (4 * G_TIME_SPAN_SECOND)
/* Files that nobody was given are set aside at a look: a folder that nobody has emptied for a year has ten thousands of
 * them, and requests wait behind a look. */
#define ASIDE_MAXIMUM 100u
#define ASIDE_RETRY_MAXIMUM (2 * G_TIME_SPAN_MINUTE) /* and if they cannot be, that is no reason to look more often */
#define AFTERGLOW (3 * G_TIME_SPAN_SECOND)           /* how long the name of a deleted file may still be listed */
#define HELD_MAXIMUM 67108864u                       /* bytes of faces that are in memory; the others wait */

typedef enum
{
  ITEM_NEW,
  ITEM_READ, /* once */
  ITEM_GIVEN,
  ITEM_GOING,
  ITEM_GONE,
  ITEM_KEPT, /* it is none that can be read, or is to be told after a restart: as if it was another program's */
} ItemState;

typedef struct
{
  char *name;
  FolderName parts;
  ItemState state;
  gint64 next;       /* when it is to be looked at; G_MAXINT64: when somebody says so */
  gint64 retry;      /* how long to wait after the next failure; 0: there was none */
  gint64 changed_at; /* when it was seen to have other bytes than before */
  gint64 modified;
  GBytes *bytes;          /* of the first reading */
  char *digest;           /* of what was given out; NULL: nothing was */
  gboolean is_unfinished; /* it had no end when it was read */
  FolderShareFate fate;
} Item;

struct FolderShelf
{
  FolderShelfListener listener;
  gpointer data;
  FolderLook *look;
  char *path, *tag, *quarantine;
  gboolean has_answers, has_faces, is_remote;
  gboolean is_known; /* how it is mounted */
  gint64 left_over, clock_difference;
  GPtrArray *items; /* faces by their time */
  gboolean is_unsorted, was_read;
  gint64 now;
  gsize held;  /* bytes that were read once */
  guint open;  /* at the last look */
  guint aside; /* files that were set aside, or tried to be, at this look */
  FolderShelfCounts counts;
};

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->bytes, g_bytes_unref);
  g_free (item->digest);
  g_free (item->name);
  g_free (item);
}

/* is_open: a face that takes up one of the places. One without an end does not: thousands of them hold up nobody. */
static gboolean
is_open (const Item *item)
{
  return item->parts.kind == FOLDER_NAME_FACE && !item->is_unfinished
         && (item->state == ITEM_READ || item->state == ITEM_GIVEN || item->state == ITEM_GOING);
}

/* hold: @bytes: (transfer full), or NULL. */
static void
hold (FolderShelf *self, Item *item, GBytes *bytes)
{
  self->held -= item->bytes != NULL ? g_bytes_get_size (item->bytes) : 0;
  g_clear_pointer (&item->bytes, g_bytes_unref);
  item->bytes = bytes;
  self->held += bytes != NULL ? g_bytes_get_size (bytes) : 0;
}

static void
set_state (FolderShelf *self, Item *item, ItemState state, gint64 next)
{
  item->state = state;
  item->next = next;
  item->retry = 0;
  if (state != ITEM_READ)
    hold (self, item, NULL);
}

static char *
make_digest (GBytes *bytes)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
}

/* set_aside: it is nobody's news. */
static void
set_aside (FolderShelf *self, Item *item)
{
  item->fate = FOLDER_SHARE_SET_ASIDE;
  set_state (self, item, ITEM_GOING, self->now);
}

static gboolean
is_left_over (const FolderShelf *self, gint64 at)
{
  return at != 0 && at - self->clock_difference < g_get_real_time () - self->left_over;
}

/* on_found: only names are looked at here. */
static gpointer
on_found (const char *name, gpointer data)
{
  FolderShelf *self = data;
  FolderName parts;
  Item *item;

  folder_name_read (name, &parts);
  if (!(parts.kind == FOLDER_NAME_FACE && self->has_faces)
      && !(parts.kind == FOLDER_NAME_ANSWER && self->has_answers && strcmp (parts.tag, self->tag) == 0))
    return NULL;
  item = g_new0 (Item, 1);
  item->name = g_strdup (name);
  item->parts = parts;
  g_ptr_array_add (self->items, item);
  self->is_unsorted = TRUE;
  return item;
}

/* on_gone: what was not given out yet another program has taken. */
static void
on_gone (gpointer data, gpointer user_data)
{
  FolderShelf *self = user_data;
  Item *item = data;

  if (item->state == ITEM_NEW || item->state == ITEM_READ)
    self->counts.vanished++;
  set_state (self, item, ITEM_GONE, G_MAXINT64);
  (void)g_ptr_array_remove (self->items, item);
}

/* is_unread: it is to be set aside, and was given to nobody. */
static gboolean
is_unread (const Item *item)
{
  return item->state == ITEM_GOING && item->digest == NULL;
}

/* fail_item: @error: of the file alone, or of the whole share: in both cases it is tried again. */
static void
fail_item (FolderShelf *self, Item *item, int error)
{
  if (error == EMEDIUMTYPE)
    {
      set_state (self, item, ITEM_KEPT, G_MAXINT64);
      return;
    }
  if (error == EFBIG && item->state != ITEM_GOING)
    {
      set_aside (self, item);
      return;
    }
  if (error == ENOENT)
    {
      if (item->state != ITEM_GOING)
        self->counts.vanished++;
      set_state (self, item, ITEM_GONE, self->now + AFTERGLOW);
      return;
    }
  item->retry = item->retry == 0 ? RETRY_MINIMUM
                                 : MIN (2 * item->retry, is_unread (item) ? ASIDE_RETRY_MAXIMUM : RETRY_MAXIMUM);
  item->next = self->now + item->retry;
}

/* give: it was read twice. */
static void
give (FolderShelf *self, Item *item, gboolean is_complete)
{
  g_autoptr (FolderShareFile) file = NULL;

  if (item->parts.kind == FOLDER_NAME_FACE
      && is_left_over (self, item->parts.at != 0 ? item->parts.at : item->modified))
    {
      set_aside (self, item);
      return;
    }
  file = g_new0 (FolderShareFile, 1);
  file->name = g_strdup (item->name);
  file->extension = item->parts.extension;
  file->bytes = g_bytes_ref (item->bytes);
  file->at = item->parts.at;
  file->received = g_get_real_time ();
  file->is_complete = is_complete;
  g_free (item->digest);
  item->digest = make_digest (file->bytes);
  set_state (self, item, ITEM_GIVEN, G_MAXINT64);
  if (item->parts.kind == FOLDER_NAME_FACE)
    {
      self->listener.face (g_steal_pointer (&file), self->data);
      return;
    }
  self->counts.last_answer = file->received;
  self->listener.answer (item->parts.suffix, g_steal_pointer (&file), self->data);
}

static gboolean
has_room (const FolderShelf *self, const Item *item)
{
  return item->parts.kind != FOLDER_NAME_FACE || (self->open < FOLDER_SHARE_FACES_MAXIMUM && self->held < HELD_MAXIMUM);
}

/* is_news: else it is on its way aside. */
static gboolean
is_news (FolderShelf *self, Item *item)
{
  if (item->parts.kind == FOLDER_NAME_FACE)
    {
      if (!is_left_over (self, item->parts.at))
        return TRUE;
    }
  else if (self->listener.is_awaited (item->parts.suffix, self->data))
    return TRUE;
  else
    self->counts.late += self->was_read ? 1 : 0;
  set_aside (self, item);
  return FALSE;
}

/* read_bytes: a face is one message, and many of them are in memory at once. */
static int
read_bytes (int folder, const Item *item, GBytes **ret_bytes, gint64 *ret_modified)
{
  return folder_file_read (folder, item->name,
                           item->parts.kind == FOLDER_NAME_FACE ? MESSAGE_SIZE_MAXIMUM : FOLDER_SHARE_FILE_SIZE_MAXIMUM,
                           ret_bytes, ret_modified);
}

static void
read_file (FolderShelf *self, int folder, Item *item)
{
  g_autoptr (GBytes) bytes = NULL;
  gint64 modified = 0;
  gboolean is_same, is_complete;
  const int error = read_bytes (folder, item, &bytes, &modified);

  if (error != 0)
    {
      fail_item (self, item, error);
      return;
    }
  is_same = item->state == ITEM_READ && g_bytes_equal (bytes, item->bytes);
  is_complete = folder_file_is_complete (item->parts.extension, bytes);
  item->modified = modified;
  item->is_unfinished = !is_complete;
  self->open += item->state == ITEM_NEW && is_complete ? 1 : 0;
  if (!is_same)
    item->changed_at = self->now;
  hold (self, item, g_steal_pointer (&bytes));
  if (is_same && (is_complete || self->now >= item->changed_at + UNFINISHED))
    give (self, item, is_complete);
  else
    set_state (self, item, ITEM_READ,
               self->now + (is_complete || !self->is_remote ? BETWEEN_READINGS : BETWEEN_READINGS_REMOTE));
}

/* is_another: whether a file that was given out has other bytes by now. Return: an errno. */
static int
is_another (int folder, const Item *item, gboolean *ret_another)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *digest = NULL;
  gint64 modified = 0;
  const int error = read_bytes (folder, item, &bytes, &modified);

  if (error == 0)
    digest = make_digest (bytes);
  *ret_another = error == EFBIG || (error == 0 && strcmp (digest, item->digest) != 0);
  return *ret_another ? 0 : error;
}

static void
go (FolderShelf *self, int folder, Item *item)
{
  g_autofree char *temporary = NULL;
  gboolean another = FALSE;
  int error;

  if (is_unread (item) && self->aside++ >= ASIDE_MAXIMUM)
    return; /* at the next look, which is due */
  error = item->digest != NULL ? is_another (folder, item, &another) : 0;
  if (error == 0 && another)
    {
      g_clear_pointer (&item->digest, g_free);
      set_state (self, item, ITEM_NEW, self->now);
      return;
    }
  if (error == 0 && item->fate == FOLDER_SHARE_DELETE)
    error = folder_file_delete (folder, item->name);
  else if (error == 0)
    {
      temporary = folder_name_make_temporary (self->tag);
      error = folder_file_move (folder, item->name, self->quarantine, temporary);
      self->counts.set_aside += error == 0 ? 1 : 0;
    }
  if (error != 0)
    fail_item (self, item, error);
  else
    set_state (self, item, ITEM_GONE, self->now + AFTERGLOW);
}

/* forget: if its name is still there, that is another file. */
static void
forget (FolderShelf *self, Item *item)
{
  folder_look_forget (self->look, item->name);
  (void)g_ptr_array_remove (self->items, item);
}

static void
handle (FolderShelf *self, int folder, Item *item)
{
  switch (item->state)
    {
    case ITEM_NEW:
      if (!is_news (self, item))
        go (self, folder, item);
      else if (has_room (self, item))
        read_file (self, folder, item);
      break;
    case ITEM_READ:
      read_file (self, folder, item);
      break;
    case ITEM_GOING:
      go (self, folder, item);
      break;
    case ITEM_GONE:
      forget (self, item);
      break;
    case ITEM_GIVEN:
    case ITEM_KEPT:
    default:
      break;
    }
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Item *one = *(Item *const *)a, *other = *(Item *const *)b;

  if (one->parts.at != other->parts.at)
    return one->parts.at < other->parts.at ? -1 : 1;
  return strcmp (one->name, other->name);
}

/* work_on_all: one that is handled may leave the list, and no other one does. */
static void
work_on_all (FolderShelf *self, int folder)
{
  if (self->is_unsorted)
    g_ptr_array_sort (self->items, compare);
  self->is_unsorted = FALSE;
  self->open = 0;
  self->aside = 0;
  for (guint i = 0; i < self->items->len; i++)
    self->open += is_open (g_ptr_array_index (self->items, i)) ? 1 : 0;
  for (guint i = 0; i < self->items->len;)
    {
      Item *item = g_ptr_array_index (self->items, i);

      if (item->next <= self->now)
        handle (self, folder, item);
      if (i < self->items->len && g_ptr_array_index (self->items, i) == item)
        i++;
    }
}

int
folder_shelf_look (FolderShelf *self, gint64 now, gboolean is_awaited)
{
  int folder, error = folder_file_open_folder (self->path, &self->is_remote, &folder);

  self->now = now;
  if (error != 0)
    {
      self->is_known = FALSE;
      return error;
    }
  if (!self->is_known)
    self->counts.is_cached = self->is_remote && folder_mount_look (folder);
  self->is_known = TRUE;
  self->counts.is_local = !self->is_remote;
  error = folder_look_run (self->look, folder, self->is_remote, now, is_awaited);
  if (error == 0)
    {
      work_on_all (self, folder);
      self->was_read = TRUE;
    }
  close (folder);
  return error;
}

gint64
folder_shelf_get_next (const FolderShelf *self)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = g_ptr_array_index (self->items, i);

      if (item->state != ITEM_NEW || item->retry != 0 || has_room (self, item))
        next = MIN (next, item->next);
    }
  return next;
}

gboolean
folder_shelf_dispose (FolderShelf *self, const char *name, FolderShareFate fate)
{
  Item *item = folder_look_find (self->look, name);

  if (item == NULL || item->digest == NULL || (item->state != ITEM_GIVEN && item->state != ITEM_KEPT))
    return FALSE;
  item->fate = fate;
  if (fate == FOLDER_SHARE_KEEP)
    set_state (self, item, ITEM_KEPT, G_MAXINT64);
  else
    set_state (self, item, ITEM_GOING, 0);
  return TRUE;
}

void
folder_shelf_count (const FolderShelf *self, FolderShelfCounts *counts)
{
  counts->left_overs += folder_look_count_others (self->look);
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = g_ptr_array_index (self->items, i);

      counts->left_overs += item->state == ITEM_KEPT ? 1 : 0;
      counts->locked += item->retry != 0 ? 1 : 0;
    }
  counts->set_aside += self->counts.set_aside;
  counts->late += self->counts.late;
  counts->vanished += self->counts.vanished;
  counts->last_answer = MAX (counts->last_answer, self->counts.last_answer);
  counts->is_local |= self->counts.is_local;
  counts->is_cached |= self->counts.is_cached;
}

const char *
folder_shelf_get_path (const FolderShelf *self)
{
  return self->path;
}

void
folder_shelf_set_clock (FolderShelf *self, gint64 difference)
{
  self->clock_difference = difference;
}

gboolean
folder_shelf_clean (const FolderShelf *self)
{
  return folder_file_clean (self->quarantine, g_get_real_time () - self->left_over);
}

FolderShelf *
folder_shelf_new (const FolderShelfSettings *settings, const FolderShelfListener *listener, gpointer data)
{
  static const FolderLookListener look = { on_found, on_gone };
  FolderShelf *self = g_new0 (FolderShelf, 1);
  g_autofree char *above = g_path_get_dirname (settings->path);

  self->listener = *listener;
  self->data = data;
  self->look = folder_look_new (&look, self);
  self->path = g_strdup (settings->path);
  self->tag = g_strdup (settings->tag);
  self->quarantine = settings->quarantine != NULL ? g_strdup (settings->quarantine)
                                                  : g_build_filename (above, "shikaku-quarantine", NULL);
  self->has_answers = settings->has_answers;
  self->has_faces = settings->has_faces;
  self->left_over = settings->left_over;
  self->items = g_ptr_array_new_with_free_func (item_free);
  return self;
}

void
folder_shelf_free (FolderShelf *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->items);
  folder_look_free (self->look);
  g_free (self->path);
  g_free (self->tag);
  g_free (self->quarantine);
  g_free (self);
}
