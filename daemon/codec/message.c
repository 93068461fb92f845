/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message: names and texts come in, a tree that owns copies of them goes out. All of it lives in a few blocks of memory
 * that grow with the tree and are erased when it is freed, since a message is a patient's.
 */
#include "codec/message.h"

#include <string.h>

#define FIRST_BLOCK_SIZE 4096
#define LAST_BLOCK_SIZE 262144

typedef struct Block Block;
struct Block
{
  Block *next;
  gsize size; /* of what follows */
  guint8 memory[] __attribute__ ((aligned (sizeof (gpointer))));
};

/* The end of the newest block is what is free. */
typedef struct
{
  Block *blocks; /* newest first */
  guint8 *free;
  gsize n_free;
} Arena;

struct Message
{
  Arena *arena;
  const char *name, *text; /* text NULL: none of its own */
  Message *first_child, *last_child, *next;
  gsize name_size;
};

/* The root comes first in memory, so that freeing it frees its arena. */
typedef struct
{
  Message node;
  Arena arena;
} Root;

static void
arena_grow (Arena *arena, gsize size)
{
  const gsize doubled = arena->blocks != NULL ? MIN (arena->blocks->size * 2, LAST_BLOCK_SIZE) : FIRST_BLOCK_SIZE;
  const gsize wanted = MAX (doubled, size);
  Block *block = g_malloc (sizeof *block + wanted);

  block->size = wanted;
  block->next = arena->blocks;
  arena->blocks = block;
  arena->free = block->memory;
  arena->n_free = wanted;
}

static gpointer
arena_allocate (Arena *arena, gsize size)
{
  gpointer memory;

  size = (size + sizeof (gpointer) - 1) & ~(sizeof (gpointer) - 1);
  if (size > arena->n_free)
    arena_grow (arena, size);
  memory = arena->free;
  arena->free += size;
  arena->n_free -= size;
  return memory;
}

Message *
message_new (const char *name)
{
  Root *root = g_new0 (Root, 1);

  root->node.arena = &root->arena;
  root->node.name_size = strlen (name);
  root->node.name = message_keep (&root->node, name, root->node.name_size);
  return &root->node;
}

void
message_free (Message *root)
{
  Block *next;
  gsize n_free; /* of the block: nothing was ever written there */

  if (root == NULL)
    return;
  n_free = root->arena->n_free;
  for (Block *block = root->arena->blocks; block != NULL; block = next, n_free = 0)
    {
      next = block->next;
      explicit_bzero (block->memory, block->size - n_free);
      g_free (block);
    }
  g_free (root);
}

const char *
message_keep (Message *node, const char *text, gsize size)
{
  char *copy = arena_allocate (node->arena, size + 1);

  memcpy (copy, text, size);
  copy[size] = '\0';
  return copy;
}

Message *
message_add_kept (Message *parent, const char *name, gsize name_size, const char *text)
{
  Message *node = arena_allocate (parent->arena, sizeof *node);

  *node = (Message){ .arena = parent->arena, .name = name, .name_size = name_size, .text = text };
  if (parent->last_child != NULL)
    parent->last_child->next = node;
  else
    parent->first_child = node;
  parent->last_child = node;
  return node;
}

Message *
message_add (Message *parent, const char *name, const char *text)
{
  const gsize name_size = strlen (name);

  name = message_keep (parent, name, name_size);
  if (text != NULL)
    text = message_keep (parent, text, strlen (text));
  return message_add_kept (parent, name, name_size, text);
}

void
message_set_kept (Message *node, const char *text)
{
  g_assert (node->first_child == NULL);
  node->text = text;
}

Message *
message_enclose (Message *node, const char *name)
{
  Message *inner = arena_allocate (node->arena, sizeof *inner);

  *inner = *node;
  inner->next = NULL;
  *node = (Message){ .arena = node->arena,
                     .name = name,
                     .name_size = strlen (name),
                     .first_child = inner,
                     .last_child = inner,
                     .next = node->next };
  return node;
}

const char *
message_get_name (const Message *node)
{
  return node->name;
}

const char *
message_get_text (const Message *node)
{
  return node->text != NULL ? node->text : "";
}

gboolean
message_has_text (const Message *node)
{
  return node->text != NULL;
}

const Message *
message_get_first_child (const Message *node)
{
  return node->first_child;
}

const Message *
message_get_next (const Message *node)
{
  return node->next;
}

/* The first of @node and its later siblings that has the name. Sizes differ more often than not and cost least. */
static const Message *
find_from (const Message *node, const char *name, gsize name_size)
{
  while (node != NULL && (node->name_size != name_size || memcmp (node->name, name, name_size) != 0))
    node = node->next;
  return node;
}

const Message *
message_find (const Message *node, const char *name)
{
  return node != NULL ? find_from (node->first_child, name, strlen (name)) : NULL;
}

const Message *
message_find_next (const Message *node)
{
  return find_from (node->next, node->name, node->name_size);
}

const char *
message_find_text (const Message *node, const char *name)
{
  const Message *child = message_find (node, name);

  return child != NULL && child->text != NULL && *child->text ? child->text : NULL;
}
