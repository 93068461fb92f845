/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message-profile: the table of the elements that hold others. What it does not know is a list if all that it holds has
 * one name, and else holds each name once.
 */
#include "codec/message-profile.h"

#include <string.h>

#define ITEMS_MAXIMUM 6
#define FEW 64 /* so many names are compared with each other; more are sorted */

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
    if (holders[i].name[0] == name[0] && strcmp (holders[i].name, name) == 0)
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
  const Holder *holder = find_holder (parent), *item;

  if (holder == NULL || !has_item (holder, name))
    return FALSE;
  item = find_holder (name);
  return item != NULL && item->items[0] == NULL;
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

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, not hashed: whoever makes a message can make names that hash alike. */
static gboolean
has_twice (const char **names, guint n)
{
  qsort (names, n, sizeof *names, compare_names);
  for (guint i = 1; i < n; i++)
    if (strcmp (names[i - 1], names[i]) == 0)
      return TRUE;
  return FALSE;
}

/* message_profile_judge for more than FEW children. @holder: the row of @node, or NULL. */
static const char *
judge_many (const Message *node, const Holder *holder, guint n_children)
{
  g_autofree const char **names = g_new (const char *, n_children);
  guint n = 0;

  for (const Message *child = message_get_first_child (node); child != NULL; child = message_get_next (child))
    if (holder == NULL || !has_item (holder, message_get_name (child)))
      names[n++] = message_get_name (child);
  if (holder != NULL && n > MESSAGE_MEMBERS_MAXIMUM)
    return "too many elements in one";
  return has_twice (names, n) ? "an element twice" : NULL;
}

const char *
message_profile_judge (const Message *node)
{
  const Message *first = message_get_first_child (node);
  const Holder *holder;
  guint n_children = 0;

  if (first == NULL || message_get_next (first) == NULL)
    return NULL;
  holder = find_holder (message_get_name (node));
  if (holder != NULL ? holder->is_list : has_one_name (node))
    return NULL;

  for (const Message *child = first; child != NULL; child = message_get_next (child))
    n_children++;
  if (n_children > FEW)
    return judge_many (node, holder, n_children);
  for (const Message *child = first; child != NULL; child = message_get_next (child))
    if (message_find_next (child) != NULL && !(holder != NULL && has_item (holder, message_get_name (child))))
      return "an element twice";
  return NULL;
}
