/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* invented-records: texts come together. */
#include "invented-records.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
#define CODE "<CharacterCodeIdentifier>0</CharacterCodeIdentifier>"
#define MEDICINES_A_DAY 6

static const char *const drugs[MEDICINES_A_DAY][3] = {
  { "620000101", "架空錠１０ｍｇ", "架空成分" },     { "620000202", "見本カプセル２５ｍｇ", "見本成分" },
  { "620000303", "例示散１０％", "例示成分" },       { "620000404", "仮のシロップ２％", "仮の成分" },
  { "620000505", "試験点眼液０．１％", "試験成分" }, { "620000606", "模擬テープ２０ｍｇ", "模擬成分" },
};

static void
begin_message (GString *out, const char *person)
{
  g_string_append_printf (
      out,
      DECLARATION "<XmlMsg><MessageHeader><ProcessExecutionTime>20261123101502</ProcessExecutionTime>"
                  "<RequestInfo><ReqStartDate>202109</ReqStartDate><ReqEndDate>999999</ReqEndDate></RequestInfo>"
                  "%s<ResultCode>1</ResultCode>" CODE "</MessageHeader><MessageBody>",
      person);
}

/* The three sources differ in their prefix, and where they do not follow it. */
typedef struct
{
  const char *prefix, *entry, *month, *days, *day, *date, *prescribed, *prescriber, *class, *class_element;
} Source;

static const Source sources[] = {
  { "", "MeTrMonthInf", "MeTrMonth", "DiDateInfs", "DiDateInf", "DiDate", "PrDate", "PrlsH", "InOut", "MeTrIdCl" },
  { "Sh", "ShPrMonthInf", "ShPrMonth", "ShPrDateInfs", "ShPrDateInf", "ShPrDate", NULL, "ShPrH", "ShPrCl",
    "ShUsageCl" },
  { "Cz", "CzDiMonthInf", "CzDiMonth", "CzDiDateInfs", "CzDiDateInf", "CzDiDate", "CzPrDate", "CzPrlsH", "CzPrCl",
    "CzUsageCl" },
};

static void
add_medicine (GString *out, const Source *source, guint place)
{
  const char *p = source->prefix;
  const char *const *drug = drugs[place % MEDICINES_A_DAY];

  g_string_append_printf (out,
                          "<%sDrugInf><%s>21</%s><%sUsageC>101</%sUsageC><%sUsageN>１日３回毎食後服用</%sUsageN>"
                          "<%sSpInst>粉砕</%sSpInst><%sDrugC>%s</%sDrugC><%sDrugN>%s</%sDrugN><%sIngreN>%s</%sIngreN>"
                          "<%sUnit>錠</%sUnit><%sQua1>3.000</%sQua1><%sOnDose>1.000</%sOnDose><%sTimes>14</%sTimes>"
                          "</%sDrugInf>",
                          p, source->class_element, source->class_element, p, p, p, p, p, p, p, drug[0], p, p, drug[1],
                          p, p, drug[2], p, p, p, p, p, p, p, p, p, p);
}

static void
add_treatments (GString *out)
{
  g_string_append (out, "<MeTrInfs><MeTrInf><MeTrIdCl>12</MeTrIdCl><SinInfCd>112000110</SinInfCd>"
                        "<SinInfN>再診料</SinInfN><Unit>回</Unit><Qua1>1</Qua1><Qua2>2</Qua2><Times>3</Times>"
                        "<DenMeTrAddInf><DenMeTrAddCd>00001</DenMeTrAddCd><DenMeTrAddNm>加算一</DenMeTrAddNm>"
                        "<DenMeTrAddQua>4</DenMeTrAddQua><DenMeTrAddUnit>歯</DenMeTrAddUnit></DenMeTrAddInf>"
                        "<DenMeTrAddInf><DenMeTrAddCd>00002</DenMeTrAddCd></DenMeTrAddInf></MeTrInf></MeTrInfs>");
}

static void
add_entry (GString *out, const Source *source, guint month)
{
  const guint year = 2021 + (8 + month) / 12, of_year = (8 + month) % 12 + 1;
  const char *p = source->prefix;
  const gboolean is_receipt = *p == '\0';

  g_string_append_printf (out, "<%s><%s>%04u%02u</%s><%s>1</%s>", source->entry, source->month, year, of_year,
                          source->month, source->class, source->class);
  if (is_receipt)
    g_string_append (out, "<GrpNum1>1</GrpNum1><DiOrg>2</DiOrg><GrpNum2>3</GrpNum2><PrIsOrg>4</PrIsOrg>");
  else
    g_string_append_printf (out, "<%s>2</%s><%sPrIsOrg>4</%sPrIsOrg>", *p == 'S' ? "ShPrOrg" : "CzDiOrg",
                            *p == 'S' ? "ShPrOrg" : "CzDiOrg", p, p);
  g_string_append_printf (out,
                          "<%sMeTrDiHCd>13400000%02u</%sMeTrDiHCd><%sMeTrDiHNm>架空薬局%u号店</%sMeTrDiHNm>"
                          "<%sCd>1310000001</%sCd><%sNm>見本内科医院</%sNm><%s>",
                          p, month % 7, p, p, month % 7, p, source->prescriber, source->prescriber, source->prescriber,
                          source->prescriber, source->days);
  for (guint day = 0; day < 2; day++)
    {
      g_string_append_printf (out, "<%s><%s>%04u%02u%02u</%s>", source->day, source->date, year, of_year, 4 + 14 * day,
                              source->date);
      if (source->prescribed != NULL)
        g_string_append_printf (out, "<%s>%04u%02u%02u</%s>", source->prescribed, year, of_year, 4 + 14 * day,
                                source->prescribed);
      g_string_append_printf (out, "<%sDrugInfs>", p);
      for (guint i = 0; i < MEDICINES_A_DAY / 2; i++)
        add_medicine (out, source, day * MEDICINES_A_DAY / 2 + i);
      g_string_append_printf (out, "</%sDrugInfs>", p);
      if (is_receipt)
        add_treatments (out);
      g_string_append_printf (out, "</%s>", source->day);
    }
  g_string_append_printf (out, "</%s></%s>", source->days, source->entry);
}

char *
invented_records_medicines (guint n_months)
{
  GString *out = g_string_new (NULL);

  begin_message (out, "<QuaInf><InsNum>99990001</InsNum><InsCdSym>架空０１</InsCdSym><InsCdNum>１２３</InsCdNum>"
                      "<BrancNum>01</BrancNum><KanaName>ﾔﾏﾀﾞ ﾊﾅｺ</KanaName><KanaName2>ｽｽﾞｷ ﾊﾅｺ</KanaName2>"
                      "<Name>山田　花子</Name><Name2>鈴木　花子</Name2><Birth>19480229</Birth><Age>78</Age>"
                      "<AdmGendCode>2</AdmGendCode><AdmGendCode2>2</AdmGendCode2><RefNum>P-00123</RefNum></QuaInf>");
  for (guint month = 0; month < n_months; month++)
    add_entry (out, &sources[0], month);
  g_string_append (out, "<ShPrInf>");
  for (guint month = 0; month < n_months; month++)
    add_entry (out, &sources[1], month);
  g_string_append (out, "</ShPrInf><CzDiInf>");
  for (guint month = 0; month < n_months; month++)
    add_entry (out, &sources[2], month);
  g_string_append (out, "</CzDiInf></MessageBody></XmlMsg>");
  return g_string_free (out, FALSE);
}

char *
invented_records_checkups (guint n)
{
  GString *out = g_string_new (NULL);

  begin_message (out, "<QualificationsInfo><InsurerNumber>99990001</InsurerNumber>"
                      "<InsuranceCardSymbol>架空０１</InsuranceCardSymbol>"
                      "<InsuredPersonIdentificationNumber>１２３</InsuredPersonIdentificationNumber>"
                      "<BranchNumber>01</BranchNumber><KanaName>ﾔﾏﾀﾞ ﾊﾅｺ</KanaName><KanaName2>ｽｽﾞｷ ﾊﾅｺ</KanaName2>"
                      "<Name>山田　花子</Name><Name2>鈴木　花子</Name2><Birthday>19480229</Birthday><Age>78</Age>"
                      "<AdministrativeGenderCode>2</AdministrativeGenderCode>"
                      "<ReferenceNumber>P-00123</ReferenceNumber></QualificationsInfo>");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (
        out,
        "<SpecificHealthCheckupInfo><EffectiveTime>%u0614</EffectiveTime><HealthCheckupResultAndQuestionInfos>"
        "<HealthCheckupResultAndQuestionInfo><ItemCode>9A755000000000001</ItemCode><ItemName>収縮期血圧</ItemName>"
        "<DataType>PQ</DataType><DataValue>%u</DataValue><Unit>mmHg</Unit><ReferenceRangeLow>90</ReferenceRangeLow>"
        "<ReferenceRangeHigh>129</ReferenceRangeHigh></HealthCheckupResultAndQuestionInfo>"
        "<HealthCheckupResultAndQuestionInfo><ItemCode>9N736000000000011</ItemCode><ItemName>喫煙</ItemName>"
        "<DataType>CD</DataType><DataValue>2</DataValue><DataValueName>いいえ</DataValueName>"
        "<Oid>1.2.392.200119.6.2101</Oid></HealthCheckupResultAndQuestionInfo>"
        "</HealthCheckupResultAndQuestionInfos></SpecificHealthCheckupInfo>",
        2022 + i, 128 + i);
  g_string_append (out, "</MessageBody></XmlMsg>");
  return g_string_free (out, FALSE);
}

char *
invented_records_refusal (const char *code)
{
  return g_strdup_printf (DECLARATION "<XmlMsg><MessageHeader><ProcessExecutionTime>20261123101502"
                                      "</ProcessExecutionTime><ResultCode>9</ResultCode><MessageId>%s</MessageId>"
                                      "<MessageContents>閲覧できません</MessageContents>" CODE
                                      "</MessageHeader><MessageBody/></XmlMsg>",
                          code);
}

char *
invented_records_to_cp932 (const char *document, gsize *ret_size)
{
  g_autoptr (GString) text = g_string_new (document);
  char *converted;

  g_string_replace (text, "encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"", 1);
  g_string_replace (text, "<CharacterCodeIdentifier>0", "<CharacterCodeIdentifier>1", 1);
  converted = g_convert (text->str, (gssize)text->len, "CP932", "UTF-8", NULL, ret_size, NULL);
  g_assert_nonnull (converted);
  return converted;
}

int
invented_records_keep (const char *data, gsize size)
{
  const int fd = memfd_create ("invented-records", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  for (gsize done = 0; done < size;)
    {
      const gssize n = pwrite (fd, data + done, size - done, (off_t)done);

      g_assert_cmpint (n, >, 0);
      done += (gsize)n;
    }
  return fd;
}
