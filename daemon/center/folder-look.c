/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* folder-look: see the header. */
#include "center/folder-look.h"

#include "center/folder-file.h"

#define SETTLED (3 * G_TIME_SPAN_SECOND)       /* two changes so far apart have two times, on whatever disk */
#define DOUBT (10 * G_TIME_SPAN_SECOND)        /* how long a time is believed that was not seen to change yet */
#define DOUBT_AWAITED (1 * G_TIME_SPAN_SECOND) /* the same while somebody waits */
#define CERTAINTY (30 * G_TIME_SPAN_MINUTE)    /* how long one is believed that was, of another machine */

typedef enum
{
  UNPROVEN,
  PROVEN,
  CERTAIN, /* a disk of this machine */
  DISPROVED,
} Trust;

/* What is remembered of a name. */
typedef struct
{
  guint seen; /* the number of the reading that had it last */
  gpointer item;
} Known;

struct FolderLook
{
  FolderLookListener listener;
  gpointer data;
  GHashTable *names; /* to Known */
  guint reading;     /* number of the last */
  guint items, unremembered;
  Trust trust;
  gboolean must_read;
  gint64 modified;      /* the folder's own time at the last look */
  gint64 modified_at;   /* when that was seen first; monotonic, as below */
  gint64 read_at;       /* when the last reading began */
  gboolean has_changed; /* the reading has found a name that is new, or one gone */
};

FolderLook *
folder_look_new (const FolderLookListener *listener, gpointer data)
{
  FolderLook *self = g_new0 (FolderLook, 1);

  self->listener = *listener;
  self->data = data;
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->must_read = TRUE;
  return self;
}

void
folder_look_free (FolderLook *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->names);
  g_free (self);
}

static void
on_name (const char *name, gpointer data)
{
  FolderLook *self = data;
  Known *known = g_hash_table_lookup (self->names, name);
  gpointer item;

  if (known != NULL)
    {
      known->seen = self->reading;
      return;
    }
  item = self->items < FOLDER_LOOK_NAMES_MAXIMUM ? self->listener.found (name, self->data) : NULL;
  if (item == NULL && g_hash_table_size (self->names) >= FOLDER_LOOK_NAMES_MAXIMUM)
    {
      self->unremembered++;
      return;
    }
  self->has_changed = TRUE;
  self->items += item != NULL ? 1 : 0;
  known = g_new0 (Known, 1);
  known->seen = self->reading;
  known->item = item;
  g_hash_table_insert (self->names, g_strdup (name), known);
}

static gboolean
is_gone (gpointer name, gpointer value, gpointer data)
{
  FolderLook *self = data;
  const Known *known = value;

  (void)name;
  if (known->seen == self->reading)
    return FALSE;
  self->has_changed = TRUE;
  if (known->item != NULL)
    {
      self->items--;
      self->listener.gone (known->item, self->data);
    }
  return TRUE;
}

static int
read_names (FolderLook *self, int folder, gint64 now)
{
  int error;

  self->reading++;
  self->unremembered = 0;
  self->has_changed = FALSE;
  self->read_at = now;
  error = folder_file_list (folder, on_name, self);
  self->must_read = error != 0; /* what a broken reading has not seen is not gone */
  if (error == 0)
    (void)g_hash_table_foreach_remove (self->names, is_gone, self);
  return error;
}

/* is_old_news: the folder has the time that it had when it was read, and no change can have hidden behind that. */
static gboolean
is_old_news (const FolderLook *self)
{
  return !self->must_read && self->read_at >= self->modified_at + SETTLED;
}

static gint64
get_patience (const FolderLook *self, gboolean is_awaited)
{
  switch (self->trust)
    {
    case PROVEN:
      return CERTAINTY;
    case CERTAIN:
      return G_MAXINT64 / 2;
    case DISPROVED:
      return 0;
    case UNPROVEN:
    default:
      return is_awaited ? DOUBT_AWAITED : DOUBT;
    }
}

int
folder_look_run (FolderLook *self, int folder, gboolean is_remote, gint64 now, gboolean is_awaited)
{
  gint64 modified = 0;
  int error = folder_file_get_modified (folder, "", &modified);
  gboolean is_changed, is_quiet;

  if (error != 0)
    return error;
  if (is_remote == (self->trust == CERTAIN))
    self->trust = is_remote ? UNPROVEN : CERTAIN;
  is_changed = modified != self->modified;
  if (is_changed)
    {
      self->modified = modified;
      self->modified_at = now;
    }
  is_quiet = !is_changed && is_old_news (self);
  if (is_quiet && now < self->read_at + get_patience (self, is_awaited))
    return 0;
  error = read_names (self, folder, now);
  if (error == 0 && self->has_changed && is_quiet)
    self->trust = DISPROVED;
  else if (error == 0 && self->has_changed && is_changed && self->trust == UNPROVEN && self->reading > 1)
    self->trust = PROVEN;
  return error;
}

gpointer
folder_look_find (FolderLook *self, const char *name)
{
  const Known *known = g_hash_table_lookup (self->names, name);

  return known != NULL ? known->item : NULL;
}

void
folder_look_forget (FolderLook *self, const char *name)
{
  const Known *known = g_hash_table_lookup (self->names, name);

  if (known == NULL)
    return;
  self->items -= known->item != NULL ? 1 : 0;
  (void)g_hash_table_remove (self->names, name);
  self->must_read = TRUE;
}

guint
folder_look_count_others (const FolderLook *self)
{
  return g_hash_table_size (self->names) - self->items + self->unremembered;
}
