/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* captured: what a test's code prints with g_print() and g_printerr(), instead of printing it. */
#pragma once

#include <glib.h>

static GString *captured_output, *captured_errors;
static GPrintFunc captured_print, captured_printerr;

static inline void
on_captured_print (const char *text)
{
  g_string_append (captured_output, text);
}

static inline void
on_captured_printerr (const char *text)
{
  g_string_append (captured_errors, text);
}

/* captured_begin: from now on; ended by captured_end(). */
static inline void
captured_begin (void)
{
  captured_output = g_string_new (NULL);
  captured_errors = g_string_new (NULL);
  captured_print = g_set_print_handler (on_captured_print);
  captured_printerr = g_set_printerr_handler (on_captured_printerr);
}

/* captured_end: Return: standard output (transfer full). @ret_errors: standard error (transfer full); or NULL. */
static inline char *
captured_end (char **ret_errors)
{
  g_set_print_handler (captured_print);
  g_set_printerr_handler (captured_printerr);
  if (ret_errors != NULL)
    *ret_errors = g_string_free (g_steal_pointer (&captured_errors), FALSE);
  else
    g_string_free (g_steal_pointer (&captured_errors), TRUE);
  return g_string_free (g_steal_pointer (&captured_output), FALSE);
}
