/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* web-bond: see the header. */
#include "center/web-bond.h"

#include "center/token.h"

static void
bond_free (TransportBond *transport_bond)
{
  WebBond *bond = (WebBond *)transport_bond;

  if (bond->all != NULL)
    {
      g_ptr_array_remove_fast (bond->all, bond);
      web_client_close (bond->client);
    }
  g_free (bond->institution_code);
  g_free (bond->files);
  g_free (bond);
}

WebBond *
web_bond_new (GPtrArray *all, const WebApiSettings *settings)
{
  WebBond *bond = g_new0 (WebBond, 1);
  g_autofree char *certificate = token_strip_uri (settings->certificate_file);

  bond->bond = (TransportBond){ .references = 1, .free = bond_free };
  bond->all = all;
  bond->institution_code = g_strdup (settings->institution_code);
  bond->files = g_strdup_printf ("%s, %s", certificate, settings->account_file);
  bond->client = web_client_new (settings);
  g_ptr_array_add (all, bond);
  return bond;
}

void
web_bond_unref (WebBond *bond)
{
  transport_bond_unref (&bond->bond);
}

void
web_bond_give_up_all (GPtrArray *all)
{
  while (all->len > 0)
    {
      WebBond *bond = g_ptr_array_steal_index_fast (all, 0);

      transport_bond_ref (&bond->bond); /* its calls end here */
      bond->all = NULL;
      web_client_close (g_steal_pointer (&bond->client));
      web_bond_unref (bond);
    }
}

gboolean
web_bond_is_same (const WebBond *a, const WebBond *b)
{
  return g_strcmp0 (a->institution_code, b->institution_code) == 0 && web_client_is_same (a->client, b->client);
}

gboolean
web_bond_is_unread (const WebBond *bond, const WebBond *other)
{
  return !web_client_has_credential (bond->client) && g_strcmp0 (bond->institution_code, other->institution_code) == 0
         && web_client_has_same_settings (bond->client, other->client);
}
