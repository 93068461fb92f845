/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-json: the bytes of a JSON document come in, a tree goes out, and the other way round.
 *
 * libyajl finds the tokens; the handlers below keep a stack of what is open and build the tree as the tokens come. What
 * libyajl lets pass (overlong UTF-8, half surrogate pairs, NUL as an escape, a member twice) is refused here.
 */
#include "codec/message-json.h"

#include <string.h>
#include <yajl/yajl_parse.h>

#include "base/error.h"
#include "base/unicode.h"
#include "codec/message-profile.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define FRAMES_MAXIMUM (2 * MESSAGE_DEPTH_MAXIMUM + 1) /* an element opens an object, or an array and an object in it */

typedef enum
{
  FRAME_DOCUMENT, /* the outermost object: its one member becomes the root */
  FRAME_OBJECT,
  FRAME_ARRAY,
  FRAME_ITEM,    /* an object in an array: its one member becomes a child of the array's element */
  FRAME_REPEATS, /* an array in the place of a list's item: each object in it is one such item */
} FrameKind;

typedef struct
{
  FrameKind kind;
  guint depth;       /* of node in the tree */
  Message *node;     /* what members become children of; NULL in the document's frame */
  guint first_name;  /* of this object's in Parser.names */
  guint64 hashes[4]; /* of its names, a bit each: most names are seen to be new without a look at the others */
  Message *only;     /* of an item: the child that its one member became; NULL: none, or several */
  gboolean is_full;  /* of an item: it has become several children */
} Frame;

typedef struct
{
  const char *text;
  gsize size;
} Name;

typedef struct
{
  const char *root_name; /* NULL: the one member's */
  Message *root;
  guint n_nodes;
  GArray *names; /* of Name: the members of all open objects, with those that are null */
  Frame frames[FRAMES_MAXIMUM];
  guint n_frames;
  const char *reason; /* static; why the document is refused */
} Parser;

static int
refuse_document (Parser *parser, const char *reason)
{
  parser->reason = reason;
  return 0;
}

static Frame *
get_frame (Parser *parser)
{
  return parser->n_frames > 0 ? &parser->frames[parser->n_frames - 1] : NULL;
}

static int
push_frame (Parser *parser, FrameKind kind, Message *node, guint depth)
{
  if (parser->n_frames == FRAMES_MAXIMUM || depth > MESSAGE_DEPTH_MAXIMUM)
    return refuse_document (parser, "nested too deeply");
  parser->frames[parser->n_frames++]
      = (Frame){ .kind = kind, .depth = depth, .node = node, .first_name = parser->names->len };
  return 1;
}

/* A value for the last name: a new element of the tree, without text if it is to be opened. */
static int
add_element (Parser *parser, const char *text, gsize size, Message **ret_node)
{
  Frame *frame = get_frame (parser);
  const Name *name;

  if (frame == NULL || frame->kind == FRAME_ARRAY || (frame->kind == FRAME_REPEATS && text != NULL))
    return refuse_document (parser, "only an object may stand here");
  if (frame->kind == FRAME_DOCUMENT)
    {
      if (text != NULL)
        return refuse_document (parser, "the outermost member is no object");
      *ret_node = parser->root;
      return 1;
    }
  if (frame->depth == MESSAGE_DEPTH_MAXIMUM)
    return refuse_document (parser, "nested too deeply");
  if (++parser->n_nodes > MESSAGE_NODES_MAXIMUM)
    return refuse_document (parser, "too many elements");
  if (text != NULL && !unicode_is_text (text, size))
    return refuse_document (parser, "not UTF-8");
  name = &g_array_index (parser->names, Name, parser->names->len - 1);
  *ret_node = message_add_kept (frame->node, name->text, name->size,
                                text != NULL ? message_keep (frame->node, text, size) : NULL);
  frame->only = *ret_node;
  return 1;
}

static int
on_null (void *context)
{
  const Frame *frame = get_frame (context);

  if (frame == NULL || (frame->kind != FRAME_OBJECT && frame->kind != FRAME_ITEM))
    return refuse_document (context, "null may not stand here");
  return 1;
}

static int
on_boolean (void *context, int value)
{
  Message *node;

  return value ? add_element (context, "true", 4, &node) : add_element (context, "false", 5, &node);
}

static int
on_number (void *context, const char *text, size_t size)
{
  Message *node;

  return add_element (context, text, size, &node);
}

static int
on_string (void *context, const unsigned char *text, size_t size)
{
  Message *node;

  return add_element (context, (const char *)text, size, &node);
}

static int
on_start_map (void *context)
{
  Parser *parser = context;
  const Frame *frame = get_frame (parser);
  Message *node;

  if (frame == NULL && parser->root_name != NULL)
    {
      parser->root = message_new (parser->root_name);
      return push_frame (parser, FRAME_OBJECT, parser->root, 1);
    }
  if (frame == NULL)
    return push_frame (parser, FRAME_DOCUMENT, NULL, 0);
  if (frame->kind == FRAME_ARRAY)
    return push_frame (parser, FRAME_ITEM, frame->node, frame->depth);
  return add_element (parser, NULL, 0, &node) && push_frame (parser, FRAME_OBJECT, node, frame->depth + 1);
}

/* hash_name: 0 to 255. Names of the field differ most in the middle, and in their length. */
static guint
hash_name (const char *text, gsize size)
{
  guint32 word = 0;

  if (size >= sizeof word) /* a size that the compiler knows is a single move */
    memcpy (&word, text + (size - sizeof word) / 2, sizeof word);
  else
    memcpy (&word, text, size);
  return ((word + (guint32)size) * 2654435761u) >> 24;
}

static gboolean
has_name (const Parser *parser, Frame *frame, const char *text, gsize size)
{
  const Name *names = (const Name *)(void *)parser->names->data;
  const guint hash = hash_name (text, size);
  const guint64 bit = G_GUINT64_CONSTANT (1) << (hash & 63);

  if ((frame->hashes[hash >> 6] & bit) == 0)
    {
      frame->hashes[hash >> 6] |= bit;
      return FALSE;
    }
  for (guint i = frame->first_name; i < parser->names->len; i++)
    if (names[i].size == size && memcmp (names[i].text, text, size) == 0)
      return TRUE;
  return FALSE;
}

static guint
measure_height (const Message *node)
{
  guint height = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      const guint of_child = measure_height (child); /* once: MAX would ask twice, at every level */

      height = MAX (height, of_child);
    }
  return height + 1;
}

/* An object of several members in a list of the field is the item itself, without its name. */
static int
open_item (Parser *parser, Frame *frame)
{
  const char *item = message_profile_get_item (message_get_name (frame->node));

  if (item == NULL || frame->is_full)
    return refuse_document (parser, "too many members");
  if (++parser->n_nodes > MESSAGE_NODES_MAXIMUM)
    return refuse_document (parser, "too many elements");
  if (frame->depth + 1 + (frame->only != NULL ? measure_height (frame->only) : 0) > MESSAGE_DEPTH_MAXIMUM)
    return refuse_document (parser, "nested too deeply");
  frame->node = frame->only != NULL ? message_enclose (frame->only, item)
                                    : message_add_kept (frame->node, item, strlen (item), NULL);
  frame->kind = FRAME_OBJECT;
  frame->depth++;
  return 1;
}

static int
on_map_key (void *context, const unsigned char *key, size_t size)
{
  Parser *parser = context;
  Frame *frame = get_frame (parser);
  const char *text = (const char *)key;
  const guint n = parser->names->len - frame->first_name;
  Name name = { NULL, size };

  if (!unicode_is_text (text, size))
    return refuse_document (parser, "not UTF-8");
  if (n == 1 && frame->kind == FRAME_ITEM && !open_item (parser, frame))
    return 0;
  if (n >= (frame->kind == FRAME_OBJECT ? MESSAGE_MEMBERS_MAXIMUM : 1))
    return refuse_document (parser, "too many members");
  if (has_name (parser, frame, text, size))
    return refuse_document (parser, "a member twice");

  if (frame->kind == FRAME_DOCUMENT)
    {
      g_autofree char *copy = g_strndup (text, size);

      parser->root = message_new (copy);
      parser->n_nodes = 1;
      name.text = message_get_name (parser->root);
    }
  else
    name.text = message_keep (frame->node, text, size);
  g_array_append_val (parser->names, name);
  return 1;
}

static int
on_end_map (void *context)
{
  Parser *parser = context;
  const Frame *frame = get_frame (parser);

  if (frame->kind != FRAME_OBJECT && parser->names->len == frame->first_name)
    return refuse_document (parser, "an object without its one member");
  g_array_set_size (parser->names, frame->first_name);
  parser->n_frames--;
  return 1;
}

static int
on_start_array (void *context)
{
  Parser *parser = context;
  Frame *frame = get_frame (parser);
  Message *node;

  if (frame != NULL && (frame->kind == FRAME_OBJECT || frame->kind == FRAME_ITEM)
      && message_profile_is_item (message_get_name (frame->node),
                                  g_array_index (parser->names, Name, parser->names->len - 1).text))
    {
      frame->only = NULL;
      frame->is_full = TRUE;
      return push_frame (parser, FRAME_REPEATS, frame->node, frame->depth);
    }
  if (frame != NULL && frame->kind == FRAME_REPEATS)
    return refuse_document (parser, "only an object may stand here");
  return add_element (parser, NULL, 0, &node) && push_frame (parser, FRAME_ARRAY, node, frame->depth + 1);
}

static int
on_end_array (void *context)
{
  Parser *parser = context;
  const Frame *frame = get_frame (parser);
  const char *reason = frame->kind == FRAME_ARRAY ? message_profile_judge (frame->node) : NULL;

  if (reason != NULL)
    return refuse_document (parser, reason);
  parser->n_frames--;
  return 1;
}

static const yajl_callbacks handlers = {
  .yajl_null = on_null,
  .yajl_boolean = on_boolean,
  .yajl_number = on_number,
  .yajl_string = on_string,
  .yajl_start_map = on_start_map,
  .yajl_map_key = on_map_key,
  .yajl_end_map = on_end_map,
  .yajl_start_array = on_start_array,
  .yajl_end_array = on_end_array,
};

/* The number of an escape \uXXXX at @text, or -1. */
static int
parse_escape (const char *text, const char *end)
{
  int value = 0;

  if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++)
    {
      const int digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return -1;
      value = value << 4 | digit;
    }
  return value;
}

/*
 * libyajl turns half a surrogate pair into "?" or into no UTF-8, and takes \u0000. A backslash outside of a string is
 * no JSON anyway, so that all of them can be looked at without knowing where strings begin. Return: the bad one, or
 * NULL.
 */
static const char *
find_bad_escape (const char *text, gsize size)
{
  const char *end = text + size;

  while ((text = memchr (text, '\\', end - text)) != NULL)
    {
      const int first = parse_escape (text, end);
      int second;

      if (end - text < 2 || first == 0 || (first >= 0xdc00 && first <= 0xdfff))
        return text;
      if (first >= 0xd800 && first <= 0xdbff)
        {
          second = parse_escape (text + 6, end);
          if (second < 0xdc00 || second > 0xdfff)
            return text;
          text += 6;
        }
      text += first < 0 ? 2 : 6;
    }
  return NULL;
}

/* Return: whether @text became parser->root; else *ret_position is where it failed. */
static gboolean
parse_text (Parser *parser, const char *text, gsize size, gsize *ret_position)
{
  const char *bad = size > 0 ? find_bad_escape (text, size) : NULL;
  yajl_handle yajl;
  gboolean done;

  if (bad != NULL)
    {
      *ret_position = bad - text;
      return refuse_document (parser, "an escape that is no character");
    }

  yajl = yajl_alloc (&handlers, NULL, parser);
  g_assert (yajl);
  yajl_config (yajl, yajl_dont_validate_strings, 1); /* is_utf8 is stricter */
  done = yajl_parse (yajl, (const guchar *)text, size) == yajl_status_ok && yajl_complete_parse (yajl) == yajl_status_ok
         && parser->root != NULL;
  *ret_position = yajl_get_bytes_consumed (yajl);
  yajl_free (yajl);
  return done;
}

Message *
message_json_parse_members (GBytes *body, const char *name, GError **error)
{
  gsize size, mark = 0, position = 0;
  const char *text = g_bytes_get_data (body, &size);
  Parser parser = { .root_name = name };
  gboolean done = FALSE;

  if (size >= strlen (BYTE_ORDER_MARK) && memcmp (text, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    mark = strlen (BYTE_ORDER_MARK);

  if (size > MESSAGE_SIZE_MAXIMUM)
    refuse_document (&parser, "too large");
  else
    {
      parser.names = g_array_sized_new (FALSE, FALSE, sizeof (Name), MESSAGE_MEMBERS_MAXIMUM);
      done = parse_text (&parser, text + mark, size - mark, &position);
      g_array_unref (parser.names);
    }
  if (done)
    return parser.root;

  message_free (parser.root);
  g_set_error (error, SHIKAKU_ERROR, SHIKAKU_ERROR_MESSAGE_INVALID, "no message, at byte %" G_GSIZE_FORMAT ": %s",
               mark + position, parser.reason != NULL ? parser.reason : "not JSON");
  return NULL;
}

Message *
message_json_parse (GBytes *body, GError **error)
{
  return message_json_parse_members (body, NULL, error);
}

void
message_json_append_text (GString *out, const char *text)
{
  const char *start = text;

  g_string_append_c (out, '"');
  for (; *text; text++)
    {
      if (*text != '"' && *text != '\\' && (guchar)*text >= ' ')
        continue;
      g_string_append_len (out, start, text - start);
      if ((guchar)*text < ' ')
        g_string_append_printf (out, "\\u%04x", (guint)*text);
      else
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, *text);
        }
      start = text + 1;
    }
  g_string_append_len (out, start, text - start);
  g_string_append_c (out, '"');
}

/* Whether the children have to be an array: a name repeats, or they are more than an object may have. */
static gboolean
needs_array (const Message *node)
{
  guint n = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    if (++n > MESSAGE_MEMBERS_MAXIMUM || message_find_next (child) != NULL)
      return TRUE;
  return FALSE;
}

static void write_children (GString *out, const Message *node);

void
message_json_append_member (GString *out, const Message *node)
{
  message_json_append_text (out, message_get_name (node));
  g_string_append_c (out, ':');
  if (message_has_text (node))
    message_json_append_text (out, message_get_text (node));
  else
    write_children (out, node);
}

static void
write_children (GString *out, const Message *node)
{
  const gboolean array = needs_array (node);

  g_string_append_c (out, array ? '[' : '{');
  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      if (child != message_get_first_child (node))
        g_string_append_c (out, ',');
      if (array)
        g_string_append_c (out, '{');
      message_json_append_member (out, child);
      if (array)
        g_string_append_c (out, '}');
    }
  g_string_append_c (out, array ? ']' : '}');
}

GBytes *
message_json_write (const Message *root)
{
  GString *out = g_string_sized_new (1024);

  g_string_append_c (out, '{');
  message_json_append_member (out, root);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}
