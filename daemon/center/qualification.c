/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qualification: the life of the structs. */
#include "center/qualification.h"

static void
elderly_free (QualificationElderly *elderly)
{
  g_clear_pointer (&elderly->others, g_ptr_array_unref);
  g_free (elderly);
}

static void
ceiling_free (QualificationCeiling *ceiling)
{
  g_clear_pointer (&ceiling->others, g_ptr_array_unref);
  g_free (ceiling);
}

static void
disease_clear (gpointer data)
{
  g_clear_pointer (&((QualificationDisease *)data)->others, g_ptr_array_unref);
}

GArray *
qualification_new_diseases (void)
{
  GArray *diseases = g_array_new (FALSE, FALSE, sizeof (QualificationDisease));

  g_array_set_clear_func (diseases, disease_clear);
  return diseases;
}

static void
insurance_free (gpointer data)
{
  QualificationInsurance *insurance = data;

  g_clear_pointer (&insurance->others, g_ptr_array_unref);
  g_clear_pointer (&insurance->diseases, g_array_unref);
  g_clear_pointer (&insurance->tickets, g_ptr_array_unref);
  g_clear_pointer (&insurance->elderly, elderly_free);
  g_clear_pointer (&insurance->ceiling, ceiling_free);
  g_free (insurance);
}

Qualification *
qualification_new (Message *tree)
{
  Qualification *qualification = g_new0 (Qualification, 1);

  qualification->tree = tree;
  qualification->insurances = g_ptr_array_new_with_free_func (insurance_free);
  return qualification;
}

QualificationInsurance *
qualification_add_insurance (Qualification *qualification, const QualificationInsurance *insurance)
{
  QualificationInsurance *copy = g_memdup2 (insurance, sizeof *insurance);

  g_ptr_array_add (qualification->insurances, copy);
  return copy;
}

void
qualification_free (Qualification *qualification)
{
  if (qualification == NULL)
    return;
  g_clear_pointer (&qualification->others, g_ptr_array_unref);
  g_ptr_array_unref (qualification->insurances);
  g_clear_pointer (&qualification->tree, message_free);
  g_free (qualification);
}
