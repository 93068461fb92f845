/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-profile: the table of the elements that hold others. What it does not know is a list if all that it holds has
 * one name, and else holds each name once.
 */
#include "codec/message-profile.h"

#include <string.h>

#define ITEMS_MAXIMUM 6
#define FEW 16 /* so many names are compared with each other; more are looked up */

typedef struct
{
  const char *name;
  gboolean is_list;                 /* holds items and nothing else, so that what is not known in it is one, too */
  const char *items[ITEMS_MAXIMUM]; /* what may stand in it more than once */
} Holder;

#define LIST(name, item) \
  { \
    name, TRUE, \
    { \
      item \
    } \
  }
#define ONCE(name) \
  { \
    name, FALSE, \
    { \
      NULL \
    } \
  }

static const Holder holders[] = {
  /* any message */
  ONCE ("XmlMsg"),
  ONCE ("MessageHeader"),
  { "MessageBody",
    FALSE,
    { "QualificationConfirmSearchInfo", "ReferenceNumberRegistrationInfo", "BulkRegistrationUnit", "BulkConfirmUnit",
      "MeTrMonthInf", "SpecificHealthCheckupInfo" } },
  /* eligibility */
  ONCE ("QualificationConfirmSearchInfo"),
  LIST ("ResultList", "ResultOfQualificationConfirmation"),
  ONCE ("ResultOfQualificationConfirmation"),
  ONCE ("ElderlyRecipientCertificateInfo"),
  ONCE ("LimitApplicationCertificateRelatedInfo"),
  ONCE ("LimitApplicationCertificateRelatedinfo"), /* of bulk requests: spelled so */
  LIST ("SpecificDiseasesCertificateList", "SpecificDiseasesCertificateInfo"),
  ONCE ("SpecificDiseasesCertificateInfo"),
  LIST ("PublicExpenseResultList", "MedicalTicketInfo"),
  ONCE ("MedicalTicketInfo"),
  LIST ("MedicalInformationRequestList", "MedicalInformationRequest"),
  ONCE ("MedicalInformationRequest"),
  ONCE ("MedicalInformationDate"),
  ONCE ("BulkConfirmUnit"),
  /* numbers and consents */
  ONCE ("ReferenceNumberRegistrationInfo"),
  ONCE ("BulkRegistrationUnit"),
  ONCE ("ConsentCancelInfo"),
  /* Shikaku's own profile */
  ONCE ("CardChallengeInfo"),
  ONCE ("CardChallenge"),
  ONCE ("CardCheckInfo"),
  ONCE ("ConsentRegistrationInfo"),
  ONCE ("ConsentRegistrationResult"),
  /* medicines and treatments */
  ONCE ("RequestInfo"),
  ONCE ("QuaInf"),
  ONCE ("MeTrMonthInf"),
  LIST ("DiDateInfs", "DiDateInf"),
  ONCE ("DiDateInf"),
  LIST ("DrugInfs", "DrugInf"),
  ONCE ("DrugInf"),
  LIST ("MeTrInfs", "MeTrInf"),
  { "MeTrInf", FALSE, { "DenMeTrAddInf" } },
  ONCE ("DenMeTrAddInf"),
  LIST ("ShPrInf", "ShPrMonthInf"),
  ONCE ("ShPrMonthInf"),
  LIST ("ShPrDateInfs", "ShPrDateInf"),
  ONCE ("ShPrDateInf"),
  LIST ("ShDrugInfs", "ShDrugInf"),
  ONCE ("ShDrugInf"),
  LIST ("CzDiInf", "CzDiMonthInf"),
  ONCE ("CzDiMonthInf"),
  LIST ("CzDiDateInfs", "CzDiDateInf"),
  ONCE ("CzDiDateInf"),
  LIST ("CzDrugInfs", "CzDrugInf"),
  ONCE ("CzDrugInf"),
  /* check-ups */
  ONCE ("QualificationsInfo"),
  ONCE ("SpecificHealthCheckupInfo"),
  LIST ("HealthCheckupResultAndQuestionInfos", "HealthCheckupResultAndQuestionInfo"),
  ONCE ("HealthCheckupResultAndQuestionInfo"),
};

static const Holder *
find_holder (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (holders); i++)
    if (strcmp (holders[i].name, name) == 0)
      return &holders[i];
  return NULL;
}

static gboolean
has_item (const Holder *holder, const char *name)
{
  for (gsize i = 0; i < ITEMS_MAXIMUM && holder->items[i] != NULL; i++)
    if (strcmp (holder->items[i], name) == 0)
      return TRUE;
  return FALSE;
}

const char *
message_profile_get_item (const char *list)
{
  const Holder *holder = find_holder (list);

  return holder != NULL && holder->is_list ? holder->items[0] : NULL;
}

gboolean
message_profile_is_item (const char *parent, const char *name)
{
  const Holder *holder = find_holder (parent), *item = find_holder (name);

  return holder != NULL && item != NULL && has_item (holder, name) && item->items[0] == NULL;
}

static gboolean
has_one_name (const Message *node)
{
  const char *name = message_get_name (message_get_first_child (node));

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    if (strcmp (message_get_name (child), name) != 0)
      return FALSE;
  return TRUE;
}

/* Whether a name that is no item of @holder, which may be NULL, stands twice. */
static gboolean
has_name_twice (const Holder *holder, const Message *node, guint n_children)
{
  g_autoptr (GHashTable) names = n_children > FEW ? g_hash_table_new (g_str_hash, g_str_equal) : NULL;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      gboolean twice;

      if (names != NULL)
        twice = !g_hash_table_add (names, (gpointer)message_get_name (child));
      else
        twice = message_find_next (child) != NULL;
      if (twice && !(holder != NULL && has_item (holder, message_get_name (child))))
        return TRUE;
    }
  return FALSE;
}

const char *
message_profile_judge (const Message *node)
{
  const Holder *holder = find_holder (message_get_name (node));
  guint n_children = 0, n_items = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    {
      n_children++;
      n_items += holder != NULL && has_item (holder, message_get_name (child));
    }
  if (n_children < 2 || (holder != NULL ? holder->is_list : has_one_name (node)))
    return NULL;
  if (holder != NULL && n_children - n_items > MESSAGE_MEMBERS_MAXIMUM)
    return "too many elements in one";
  return has_name_twice (holder, node, n_children) ? "an element twice" : NULL;
}
