/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-center: a transport that answers as it is told, when it is told.
 *
 * Every call is written into a list of names. A call that is held is answered by fake_center_release, or when it is
 * cancelled; the others from the main loop at once.
 */
#pragma once

#include "base/error.h"
#include "center/transport.h"

typedef enum
{
  FAKE_CHALLENGE,
  FAKE_CHECK_CARD,
  FAKE_CHECK_NUMBER,
  FAKE_REGISTER,
  FAKE_REGISTER_USE,
  FAKE_REGISTER_REFERENCE,
  FAKE_EXAMINE,
  FAKE_REPEAT,
  FAKE_FETCH,
  FAKE_N_CALLS
} FakeCall;

/* What is answered to one request for records; the first that is told is the first that is answered. */
typedef struct
{
  const char *document;   /* NULL: a refusal */
  RecordsOutcome outcome; /* of it */
  const char *code;       /* likewise */
  ShikakuError error;     /* in place of either */
} FakeRecords;

typedef struct
{
  Transport transport;
  guint counts[FAKE_N_CALLS], prepared, resets;
  gboolean held[FAKE_N_CALLS];
  gboolean is_deaf;                 /* no call can be cancelled */
  int errors[FAKE_N_CALLS];         /* ShikakuError; NONE: the answer */
  const char *bodies[FAKE_N_CALLS]; /* JSON */
  GPtrArray *waiting[FAKE_N_CALLS]; /* of GTask */

  /* What was asked last. */
  ConsentKinds agreed;      /* in the query */
  char *registered;         /* "drug=1 test=0" */
  char *number;             /* "insurer/symbol/number/branch/birthdate/date" */
  char *terms;              /* "version language" */
  char *reference;          /* "reference insurer/symbol/number/branch" */
  gboolean is_unregistered; /* the card: until a registration is answered well, a check is NOT_REGISTERED */
  GString *repeated;        /* "card:a request number:…" */
  guint own_challenges;
  GArray *records;  /* of FakeRecords, still to be answered; when there is none: that there are no records */
  GString *fetched; /* "drug 202109-202504 xml +prescriptions; …": what was asked for */
  GBytes *request;  /* that every question is made of */
  gboolean *freed;  /* where to say so, if the test wants to know */
} FakeCenter;

FakeCenter *fake_center_new (void);

/* fake_center_release: answers what is held of @call, and holds it no longer. */
void fake_center_release (FakeCenter *center, FakeCall call);

/* fake_center_is_idle: nothing is under way, but what goes on after a visit: a consent that the patient has given. */
gboolean fake_center_is_idle (FakeCenter *center);

#define FAKE_INSTITUTION "1311234567"

/* Answers as the center sends them. */
#define FAKE_HEADER \
  "\"MessageHeader\":{\"ProcessExecutionTime\":\"20250401093000\",\"SegmentOfResult\":\"1\"," \
  "\"ReferenceClassification\":\"1\"}"
#define FAKE_ELIGIBLE \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ResultList\":[{\"ResultOfQualificationConfirmation\":{" \
  "\"InsurerNumber\":\"  123456\",\"Name\":\"山田　花子\",\"QualificationConfirmationKey\":\"KEY1\"," \
  "\"LimitApplicationCertificateRelatedConsFlg\":\"1\"," \
  "\"LimitApplicationCertificateRelatedConsTime\":\"20250401093000\"}}]," \
  "\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"1\"}}}"
#define FAKE_NOT_ELIGIBLE \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ProcessingResultStatus\":\"1\",\"QualificationValidity\":\"4\"}}}"
#define FAKE_USE_REGISTERED \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"CardRegistrationResult\":{" \
  "\"UseRegistrationFlg\":\"1\",\"UseRegistrationTime\":\"20250401093001\"}}}}"
#define FAKE_REFERENCE_REGISTERED "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ProcessingResultStatus\":\"1\"}}}"
#define FAKE_REGISTERED \
  "{\"XmlMsg\":{" FAKE_HEADER ",\"MessageBody\":{\"ConsentRegistrationResult\":{" \
  "\"PharmacistsInfoConsFlg\":\"1\",\"PharmacistsInfoConsTime\":\"20250401093001\"," \
  "\"PharmacistsInfoAvailableTime\":\"20250402093001\",\"TestInfoConsFlg\":\"0\"}}}}"
