/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shikaku-qt: the types of Shikaku's contract that Qt has no name for, as the XML of the interfaces names them.
 *
 *   qdbusxml2cpp -i shikaku-qt.h -p visit /usr/share/dbus-1/interfaces/org.shikaku.Shikaku1.Visit.xml     what you call
 *   qdbusxml2cpp -i shikaku-qt.h -a agent /usr/share/dbus-1/interfaces/org.shikaku.Shikaku1.Agent.xml     what you are
 *
 * Call shikakuRegisterTypes() once, before the first call. For Qt 5 and 6.
 */
#ifndef SHIKAKU_QT_H
#define SHIKAKU_QT_H

#include <QtDBus/QtDBus>

typedef QList<QVariantMap> ShikakuList;             /* aa{sv} */
typedef QMap<QString, QVariantMap> ShikakuConsents; /* a{sa{sv}} */
typedef QMap<QString, qulonglong> ShikakuNumbers;   /* a{st} */
typedef QMap<QString, bool> ShikakuAnswers;         /* a{sb} */

struct ShikakuQuestion /* (sss) */
{
  QString kind, text, version;
};
typedef QList<ShikakuQuestion> ShikakuQuestions; /* a(sss) */

Q_DECLARE_METATYPE (ShikakuQuestion)

struct ShikakuEvent /* (tsta{sv}) */
{
  qulonglong sequence;
  QString kind;
  qulonglong at;
  QVariantMap details;
};
typedef QList<ShikakuEvent> ShikakuEvents; /* a(tsta{sv}) */

Q_DECLARE_METATYPE (ShikakuEvent)

struct ShikakuRecord /* (ha{sv}) */
{
  QDBusUnixFileDescriptor document;
  QVariantMap details;
};
typedef QList<ShikakuRecord> ShikakuRecords; /* a(ha{sv}) */

Q_DECLARE_METATYPE (ShikakuRecord)

inline QDBusArgument &
operator<< (QDBusArgument &argument, const ShikakuQuestion &question)
{
  argument.beginStructure ();
  argument << question.kind << question.text << question.version;
  argument.endStructure ();
  return argument;
}

inline const QDBusArgument &
operator>> (const QDBusArgument &argument, ShikakuQuestion &question)
{
  argument.beginStructure ();
  argument >> question.kind >> question.text >> question.version;
  argument.endStructure ();
  return argument;
}

inline QDBusArgument &
operator<< (QDBusArgument &argument, const ShikakuEvent &event)
{
  argument.beginStructure ();
  argument << event.sequence << event.kind << event.at << event.details;
  argument.endStructure ();
  return argument;
}

inline const QDBusArgument &
operator>> (const QDBusArgument &argument, ShikakuEvent &event)
{
  argument.beginStructure ();
  argument >> event.sequence >> event.kind >> event.at >> event.details;
  argument.endStructure ();
  return argument;
}

inline QDBusArgument &
operator<< (QDBusArgument &argument, const ShikakuRecord &record)
{
  argument.beginStructure ();
  argument << record.document << record.details;
  argument.endStructure ();
  return argument;
}

inline const QDBusArgument &
operator>> (const QDBusArgument &argument, ShikakuRecord &record)
{
  argument.beginStructure ();
  argument >> record.document >> record.details;
  argument.endStructure ();
  return argument;
}

inline void
shikakuRegisterTypes ()
{
  qDBusRegisterMetaType<ShikakuList> ();
  qDBusRegisterMetaType<ShikakuConsents> ();
  qDBusRegisterMetaType<ShikakuNumbers> ();
  qDBusRegisterMetaType<ShikakuAnswers> ();
  qDBusRegisterMetaType<ShikakuQuestion> ();
  qDBusRegisterMetaType<ShikakuQuestions> ();
  qDBusRegisterMetaType<ShikakuEvent> ();
  qDBusRegisterMetaType<ShikakuEvents> ();
  qDBusRegisterMetaType<ShikakuRecord> ();
  qDBusRegisterMetaType<ShikakuRecords> ();
}

#endif
