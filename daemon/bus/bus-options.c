/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus-options: one loop over the dictionary, one small reader a type. */
#include "bus/bus-options.h"

#include <errno.h>
#include <string.h>

#define KEY_LENGTH_SHOWN 40 /* of an unknown key, in the error text */
#define TEXTS_MAXIMUM 64    /* entries of an "as" */
#define NUMBER_SIZE 8       /* also what a text takes beside its characters: even empty ones are soon too many */

static const char *const signatures[] = {
  [BUS_OPTION_TEXT] = "s",   [BUS_OPTION_PATH] = "o",   [BUS_OPTION_NUMBER] = "u",         [BUS_OPTION_LARGE] = "t",
  [BUS_OPTION_SWITCH] = "b", [BUS_OPTION_TEXTS] = "as", [BUS_OPTION_DICTIONARY] = "a{sv}",
};

static gboolean
refuse_option (GError **error, const char *before, const char *key, const char *after)
{
  /* What is not shaped like a key may be anything, a patient's name too: it is not repeated. */
  gboolean shown
      = strlen (key) <= KEY_LENGTH_SHOWN && key[strspn (key, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS)] == '\0';

  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_INVALID_OPTION, "%s%s%s", before, shown ? key : "of that name",
               after);
  return FALSE;
}

static int
read_texts (sd_bus_message *message, const char ***ret_texts)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  const char *text;
  int result = sd_bus_message_enter_container (message, 'a', "s");

  while (result >= 0 && (result = sd_bus_message_read_basic (message, 's', &text)) > 0)
    {
      g_ptr_array_add (texts, (gpointer)text);
      if (texts->len > TEXTS_MAXIMUM)
        return -E2BIG;
    }
  if (result >= 0)
    result = sd_bus_message_exit_container (message);
  if (result < 0)
    return result;
  g_ptr_array_add (texts, NULL);
  *ret_texts = (const char **)g_ptr_array_free (g_steal_pointer (&texts), FALSE);
  return 0;
}

static int
read_contents (sd_bus_message *message, const BusOption *option, void *place)
{
  guint32 number;
  int result;

  if (option->type == BUS_OPTION_TEXTS)
    return read_texts (message, place);
  if (option->type != BUS_OPTION_NUMBER)
    return sd_bus_message_read_basic (message, signatures[option->type][0], place);
  result = sd_bus_message_read_basic (message, 'u', &number);
  if (result > 0)
    *(gint64 *)place = number;
  return result;
}

static gboolean
read_value (sd_bus_message *message, const BusOption *option, gpointer values, GError **error)
{
  void *place = (char *)values + option->offset;
  const char *contents;
  int result = sd_bus_message_peek_type (message, NULL, &contents);

  if (result > 0 && strcmp (contents, signatures[option->type]) != 0)
    return refuse_option (error, "option ", option->key, " has the wrong type");
  if (result > 0)
    result = sd_bus_message_enter_container (message, 'v', signatures[option->type]);
  if (result > 0 && option->type == BUS_OPTION_DICTIONARY)
    {
      *(gboolean *)place = TRUE;
      if (!bus_options_read (message, option->inner, values, error))
        return FALSE;
    }
  else if (result > 0)
    result = read_contents (message, option, place);
  if (result >= 0)
    result = sd_bus_message_exit_container (message);
  return result >= 0 || refuse_option (error, "option ", option->key, " cannot be read");
}

static gboolean
read_entry (sd_bus_message *message, const BusOption *table, gpointer values, guint64 *given, GError **error)
{
  const char *key;
  guint position = 0;

  if (sd_bus_message_read_basic (message, 's', &key) <= 0)
    return refuse_option (error, "the options cannot be read", "", "");
  while (table[position].key != NULL && strcmp (table[position].key, key) != 0)
    position++;
  if (table[position].key == NULL)
    return refuse_option (error, "there is no option ", key, " here");
  if (*given & (G_GUINT64_CONSTANT (1) << position))
    return refuse_option (error, "option ", key, " is given twice");
  *given |= G_GUINT64_CONSTANT (1) << position;
  return read_value (message, &table[position], values, error);
}

gboolean
bus_options_read (sd_bus_message *message, const BusOption *table, gpointer values, GError **error)
{
  guint64 given = 0;
  int result = sd_bus_message_enter_container (message, 'a', "{sv}");

  while (result >= 0 && (result = sd_bus_message_enter_container (message, 'e', "sv")) > 0)
    {
      if (!read_entry (message, table, values, &given, error))
        return FALSE;
      result = sd_bus_message_exit_container (message);
    }
  if (result < 0 || sd_bus_message_exit_container (message) < 0)
    return refuse_option (error, "the options cannot be read", "", "");
  return TRUE;
}

/* One walk over the arguments of a call. */
typedef struct
{
  gsize room; /* left */
  BusOptionSought *sought;
  guint n_sought;
} Walk;

static BusOptionSought *
find_sought (const Walk *walk, const char *key)
{
  for (guint i = 0; i < walk->n_sought; i++)
    if (!walk->sought[i].is_given && g_strcmp0 (walk->sought[i].key, key) == 0)
      return &walk->sought[i];
  return NULL;
}

/* take_room: for a value, which takes @size beside what each of them does. */
static gboolean
take_room (Walk *walk, gsize size)
{
  size += NUMBER_SIZE;
  if (size > walk->room)
    return FALSE;
  walk->room -= size;
  return TRUE;
}

/* walk_values: what is left of @message, or of the container that was entered; @are_arguments: something is sought. */
static gboolean walk_values (Walk *walk, sd_bus_message *message, gboolean are_arguments);

/* walk_basic: @ret_text: of a text; else NULL. */
static gboolean
walk_basic (Walk *walk, sd_bus_message *message, char type, const char **ret_text)
{
  const gboolean is_text = strchr ("sog", type) != NULL;
  union
  {
    guint64 number;
    const char *text;
  } value;

  if (sd_bus_message_read_basic (message, type, &value) <= 0)
    return FALSE;
  *ret_text = is_text ? value.text : NULL;
  return take_room (walk, is_text ? strlen (value.text) : 0);
}

/* walk_variant: @sought: what its value is sought for; NULL: for nothing. */
static gboolean
walk_variant (Walk *walk, sd_bus_message *message, BusOptionSought *sought)
{
  const char *contents, *text = NULL;

  if (sd_bus_message_peek_type (message, NULL, &contents) <= 0
      || sd_bus_message_enter_container (message, 'v', contents) < 0)
    return FALSE;
  if (contents[1] != '\0' || contents[0] == 'v' ? !walk_values (walk, message, FALSE)
                                                : !walk_basic (walk, message, contents[0], &text))
    return FALSE;
  if (sought != NULL)
    {
      sought->is_given = TRUE;
      sought->text = g_strcmp0 (contents, sought->type) == 0 ? text : NULL;
    }
  return sd_bus_message_exit_container (message) >= 0 && take_room (walk, 0);
}

/* walk_dictionary: an a{sv}, which most calls have, without asking for the type of each of its parts. */
static gboolean
walk_dictionary (Walk *walk, sd_bus_message *message)
{
  int result = sd_bus_message_enter_container (message, 'a', "{sv}");
  const char *key;

  while (result >= 0 && (result = sd_bus_message_enter_container (message, 'e', "sv")) > 0)
    if (!walk_basic (walk, message, 's', &key) || !walk_variant (walk, message, find_sought (walk, key))
        || sd_bus_message_exit_container (message) < 0 || !take_room (walk, 0))
      return FALSE;
  return result >= 0 && sd_bus_message_exit_container (message) >= 0 && take_room (walk, 0);
}

static gboolean
walk_container (Walk *walk, sd_bus_message *message, char type, const char *contents)
{
  return sd_bus_message_enter_container (message, type, contents) >= 0 && walk_values (walk, message, FALSE)
         && sd_bus_message_exit_container (message) >= 0 && take_room (walk, 0);
}

static gboolean
walk_values (Walk *walk, sd_bus_message *message, gboolean are_arguments)
{
  const char *contents, *text;
  char type;

  while (sd_bus_message_peek_type (message, &type, &contents) > 0)
    if (contents == NULL ? !walk_basic (walk, message, type, &text)
        : are_arguments && type == 'a' && strcmp (contents, "{sv}") == 0
            ? !walk_dictionary (walk, message)
            : !walk_container (walk, message, type, contents))
      return FALSE;
  return TRUE;
}

gboolean
bus_options_seek (sd_bus_message *message, gsize size_maximum, BusOptionSought *sought, guint n_sought)
{
  Walk walk = { size_maximum, sought, n_sought };
  gboolean fits = walk_values (&walk, message, TRUE);

  sd_bus_message_rewind (message, TRUE);
  return fits;
}
