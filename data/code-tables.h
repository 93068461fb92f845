/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * code-tables: the field's code tables as data, once for every program (data/doc/messages.md, "Code tables"). Whoever
 * includes it has defined what becomes of a row:
 *
 *   CODE_TABLE (NAME, number)                  a table, and its number in the field: 8 is OQSCD008
 *   CODE (NAME, "code", "Japanese", "English") a code of it; NULL: that it exists is public, what it means is not
 *
 * Either may be left undefined; both are undefined again at the end. The daemon reads the Japanese names, which are the
 * field's own (daemon/codec/code-tables.c). The client takes the English ones (client/code-words.c): those that it
 * shows are msgids, marked with N_; of the other tables nobody has to translate anything. Table 042 is missing: none of
 * its codes is public.
 */
/* clang-format off */
#ifndef CODE_TABLE
#define CODE_TABLE(name, number)
#endif
#ifndef CODE
#define CODE(name, code, japanese, english)
#endif

CODE_TABLE (CEILING_CONSENT, 1) /* LimitApplicationCertificateRelatedConsFlg of a query */
CODE (CEILING_CONSENT, "0", "未同意", "no consent")
CODE (CEILING_CONSENT, "1", "同意", "consent")

CODE_TABLE (REFERENCE_CLASSIFICATION, 2) /* ReferenceClassification */
CODE (REFERENCE_CLASSIFICATION, "1", "マイナンバーカード", "My Number Card")
CODE (REFERENCE_CLASSIFICATION, "2", "被保険者証情報", "insurance number")

CODE_TABLE (SEGMENT_OF_RESULT, 3) /* SegmentOfResult */
CODE (SEGMENT_OF_RESULT, "1", "正常終了", "finished")
CODE (SEGMENT_OF_RESULT, "2", "処理中", "still being worked on")
CODE (SEGMENT_OF_RESULT, "9", "異常終了", "refused")

CODE_TABLE (PROCESSING_RESULT_STATUS, 4) /* ProcessingResultStatus */
CODE (PROCESSING_RESULT_STATUS, "1", "正常", "good")
CODE (PROCESSING_RESULT_STATUS, "2", "エラー", "error")

CODE_TABLE (CHARACTER_CODE, 5) /* CharacterCodeIdentifier */
CODE (CHARACTER_CODE, "0", "UTF-8", "UTF-8")
CODE (CHARACTER_CODE, "1", "Shift_JIS", "Shift_JIS")

CODE_TABLE (VALIDITY, 6) /* QualificationValidity */
CODE (VALIDITY, "1", "有効", N_ ("valid"))
CODE (VALIDITY, "2", "無効", N_ ("not valid"))
CODE (VALIDITY, "3", "無効(新しい資格あり)", N_ ("not valid; a newer insurance exists"))
CODE (VALIDITY, "4", "該当資格なし", N_ ("no such insurance"))
CODE (VALIDITY, "5", "複数該当", N_ ("several matches"))
CODE (VALIDITY, "6", "有効(未登録)", N_ ("valid, but not registered here"))

CODE_TABLE (SEX, 7) /* Sex1, Sex2 */
CODE (SEX, "1", "男", N_ ("male"))
CODE (SEX, "2", "女", N_ ("female"))
CODE (SEX, "3", "未設定", N_ ("not stated"))

CODE_TABLE (LOSS_REASON, 8) /* ReasonOfLoss */
CODE (LOSS_REASON, "01", "死亡", N_ ("death"))
CODE (LOSS_REASON, "02", "生活保護受給開始", N_ ("public assistance has begun"))
CODE (LOSS_REASON, "03", "医療保険等の資格取得", N_ ("another insurance was acquired"))
CODE (LOSS_REASON, "99", "その他", N_ ("other"))

CODE_TABLE (PERSONAL_FAMILY, 9) /* PersonalFamilyClassification */
CODE (PERSONAL_FAMILY, "1", "本人", N_ ("the insured person"))
CODE (PERSONAL_FAMILY, "2", "家族", N_ ("family member"))

CODE_TABLE (CARD_CLASSIFICATION, 10) /* InsuredCardClassification */
CODE (CARD_CLASSIFICATION, "01", "被保険者証(一般)", N_ ("ordinary insurance"))
CODE (CARD_CLASSIFICATION, "02", "被保険者証(退職)", N_ ("retired persons"))
CODE (CARD_CLASSIFICATION, "03", "短期被保険者証(一般)", N_ ("short term (ordinary)"))
CODE (CARD_CLASSIFICATION, "04", "短期被保険者証(退職)", N_ ("short term (retired)"))
CODE (CARD_CLASSIFICATION, "05", "特別療養費", N_ ("special medical expenses"))
CODE (CARD_CLASSIFICATION, "06", "特例退職被保険者証", N_ ("special case of retired persons"))
CODE (CARD_CLASSIFICATION, "07", "自衛官診療証", N_ ("Self-Defense Forces"))
CODE (CARD_CLASSIFICATION, "A1", "医療扶助", N_ ("medical aid"))

CODE_TABLE (CEILING_CERTIFICATE, 11) /* LimitApplicationCertificateClassification */
CODE (CEILING_CERTIFICATE, "01", "限度額適用認定証", N_ ("ceiling certificate"))
CODE (CEILING_CERTIFICATE, "02", "限度額適用・標準負担額減額認定証", N_ ("ceiling and meal charge certificate"))
CODE (CEILING_CERTIFICATE, "03", "標準負担額減額認定証", N_ ("meal charge certificate"))

CODE_TABLE (CEILING_CLASS, 12) /* LimitApplicationCertificateClassificationFlag */
CODE (CEILING_CLASS, "A01", "ア", N_ ("class a (under 70)"))
CODE (CEILING_CLASS, "A02", "イ", N_ ("class i (under 70)"))
CODE (CEILING_CLASS, "A03", "ウ", N_ ("class u (under 70)"))
CODE (CEILING_CLASS, "A04", "エ", N_ ("class e (under 70)"))
CODE (CEILING_CLASS, "A05", "オ", N_ ("class o (under 70)"))
CODE (CEILING_CLASS, "A06", "オ(境)", N_ ("class o, border case (under 70)"))
CODE (CEILING_CLASS, "B01", "現役並みⅢ", N_ ("income as of working age, III"))
CODE (CEILING_CLASS, "B02", "現役並みⅡ", N_ ("income as of working age, II"))
CODE (CEILING_CLASS, "B03", "現役並みⅠ", N_ ("income as of working age, I"))
CODE (CEILING_CLASS, "B04", "一般", N_ ("ordinary income"))
CODE (CEILING_CLASS, "B05", "低所得Ⅱ", N_ ("low income, II"))
CODE (CEILING_CLASS, "B06", "低所得Ⅰ", N_ ("low income, I"))
CODE (CEILING_CLASS, "B07", "低所得Ⅰ(老福)", N_ ("low income, I (old-age welfare pension)"))
CODE (CEILING_CLASS, "B08", "低所得Ⅰ(境)", N_ ("low income, I, border case"))
CODE (CEILING_CLASS, "B09", "一般Ⅱ", N_ ("ordinary income, II"))
CODE (CEILING_CLASS, "B10", "一般Ⅰ", N_ ("ordinary income, I"))

CODE_TABLE (SPECIFIC_DISEASE, 13) /* SpecificDiseasesDiseaseCategory */
CODE (SPECIFIC_DISEASE, "1", "慢性腎不全(透析)", N_ ("chronic renal failure (dialysis)"))
CODE (SPECIFIC_DISEASE, "2", "血液凝固因子障害", N_ ("clotting factor disorder"))
CODE (SPECIFIC_DISEASE, "3", "HIV(血液製剤)", N_ ("HIV (blood products)"))

CODE_TABLE (CEILING_CHANGED, 14) /* LimitApplicationCertificateChanged */
CODE (CEILING_CHANGED, "0", "なし", N_ ("not changed"))
CODE (CEILING_CHANGED, "1", "あり/判定不能", N_ ("changed, or not known"))

CODE_TABLE (PRESCHOOL, 15) /* PreschoolClassification */
CODE (PRESCHOOL, "1", "該当", N_ ("applies"))

CODE_TABLE (CONSENT, 16) /* …ConsFlg */
CODE (CONSENT, "0", "なし", N_ ("not granted"))
CODE (CONSENT, "1", "あり", N_ ("granted"))
CODE (CONSENT, "2", "有効期限切れ", N_ ("consent has ended"))
CODE (CONSENT, "3", "同意取得困難", N_ ("consent could not be asked for"))

CODE_TABLE (PRESCRIPTION_FORM, 17) /* PrescriptionIssueSelect */
CODE (PRESCRIPTION_FORM, "1", "電子", N_ ("electronic"))
CODE (PRESCRIPTION_FORM, "2", "紙", N_ ("paper"))

CODE_TABLE (TICKET_TYPE, 18) /* TicketType */
CODE (TICKET_TYPE, "01", "医療券", N_ ("medical ticket"))
CODE (TICKET_TYPE, "02", "調剤券", N_ ("dispensing ticket"))

CODE_TABLE (TREATMENT_TYPE, 19) /* MedicalTreatmentType */
CODE (TREATMENT_TYPE, "01", "入院", N_ ("inpatient"))
CODE (TREATMENT_TYPE, "02", "入院外", N_ ("outpatient"))
CODE (TREATMENT_TYPE, "03", "歯科", N_ ("dental"))
CODE (TREATMENT_TYPE, "04", "調剤", N_ ("dispensing"))
CODE (TREATMENT_TYPE, "05", "訪問看護", N_ ("home nursing"))

CODE_TABLE (SINGLE_OR_COMBINED, 20) /* SingleOrCombinedUse */
CODE (SINGLE_OR_COMBINED, "01", "単独", N_ ("alone"))
CODE (SINGLE_OR_COMBINED, "02", "併用", N_ ("combined"))

CODE_TABLE (SOCIAL_INSURANCE, 21) /* StatusOfSocialInsurance */
CODE (SOCIAL_INSURANCE, "01", "あり", N_ ("applies"))
CODE (SOCIAL_INSURANCE, "02", "なし", N_ ("does not apply"))

CODE_TABLE (CONSISTENCY, 22) /* ConsistencyFlag */
CODE (CONSISTENCY, "1", "不整合", N_ ("inconsistent"))

CODE_TABLE (INFECTION, 23) /* StatusOfInfecton */
CODE (INFECTION, "01", "あり", N_ ("applies"))
CODE (INFECTION, "02", "なし", N_ ("does not apply"))

CODE_TABLE (ELDERLY_CARE, 24) /* StatusOfElderlyMedicalCare */
CODE (ELDERLY_CARE, "01", "あり", N_ ("applies"))
CODE (ELDERLY_CARE, "02", "なし", N_ ("does not apply"))

CODE_TABLE (PREFECTURAL_EXPENSES, 25) /* StatusOfPrefecturalExpenses */
CODE (PREFECTURAL_EXPENSES, "01", "あり", N_ ("applies"))
CODE (PREFECTURAL_EXPENSES, "02", "なし", N_ ("does not apply"))

CODE_TABLE (DESIGNATED_INSTITUTION, 26) /* DesignatedMedicalInstitutionFlag */
CODE (DESIGNATED_INSTITUTION, "0", "一致", N_ ("named on the ticket"))
CODE (DESIGNATED_INSTITUTION, "1", "不一致", N_ ("not named on the ticket"))

CODE_TABLE (SAME_PERSON, 27) /* (same person) */
CODE (SAME_PERSON, "1", "あり", "yes")

CODE_TABLE (TREATMENT_FLAG, 28) /* MedicalTreatmentFlag */
CODE (TREATMENT_FLAG, "1", "外来", N_ ("visit to the institution"))
CODE (TREATMENT_FLAG, "2", "訪問", N_ ("home visit"))
CODE (TREATMENT_FLAG, "3", "オンライン", N_ ("online visit"))
CODE (TREATMENT_FLAG, "4", "救急", N_ ("emergency"))

CODE_TABLE (INFORMATION_TYPE, 29) /* MedicalInformationType */
CODE (INFORMATION_TYPE, "TKK", "特定健診情報", "check-ups")
CODE (INFORMATION_TYPE, "YZK", "薬剤・診療情報", "medicines and treatments")

CODE_TABLE (DISPLAY, 30) /* …DisplayFlg */
CODE (DISPLAY, "0", NULL, NULL)
CODE (DISPLAY, "1", NULL, NULL)

CODE_TABLE (CONSENT_END_REASON, 31) /* …ConsExpiredReason */
CODE (CONSENT_END_REASON, "0", NULL, NULL)
CODE (CONSENT_END_REASON, "1", NULL, NULL)
CODE (CONSENT_END_REASON, "2", NULL, NULL)
CODE (CONSENT_END_REASON, "3", NULL, NULL)

CODE_TABLE (CHANGED_SINCE, 32) /* QualificationChangeFlg */
CODE (CHANGED_SINCE, "0", "一致", "as at the last check")
CODE (CHANGED_SINCE, "1", "不一致", "changed since the last check")

CODE_TABLE (ADDRESS_TYPE, 33) /* (kind of URL) */
CODE (ADDRESS_TYPE, "2", NULL, NULL)
CODE (ADDRESS_TYPE, "3", NULL, NULL)

CODE_TABLE (FILE_TYPE, 34) /* (kind of file) */
CODE (FILE_TYPE, "1", "PDF", "PDF")
CODE (FILE_TYPE, "2", "PNG", "PNG")

CODE_TABLE (CHANGE, 35) /* (change) */
CODE (CHANGE, "0", NULL, NULL)
CODE (CHANGE, "1", NULL, NULL)

CODE_TABLE (CONSENT_TO_VIEW, 36) /* (kind of consent) */
CODE (CONSENT_TO_VIEW, "TSR", "特定疾病", "specific diseases")
CODE (CONSENT_TO_VIEW, "TKK", "特定健診情報", "check-ups")
CODE (CONSENT_TO_VIEW, "YZK", "薬剤情報", "medicines")
CODE (CONSENT_TO_VIEW, "SRJ", "診療情報", "treatments, allergies and tests")
CODE (CONSENT_TO_VIEW, "SHJ", "手術情報", "operations, names of diseases and infections")

CODE_TABLE (USE, 37) /* (setting of use) */
CODE (USE, "0", NULL, NULL)
CODE (USE, "1", NULL, NULL)

CODE_TABLE (E_PRESCRIPTION, 38) /* (use of e-prescriptions) */
CODE (E_PRESCRIPTION, "0", "しない", "not used")
CODE (E_PRESCRIPTION, "1", "電子のみ", "electronic only")
CODE (E_PRESCRIPTION, "2", "併用", "both")
CODE (E_PRESCRIPTION, "3", "紙のみ", "paper only")

CODE_TABLE (FORM_CHOSEN_AT, 39) /* (when the form of prescription is chosen) */
CODE (FORM_CHOSEN_AT, "1", "資格確認時以外", "not when eligibility is checked")
CODE (FORM_CHOSEN_AT, "2", "資格確認時", "when eligibility is checked")

CODE_TABLE (REQUEST_PATTERN, 40) /* (pattern of requests) */
CODE (REQUEST_PATTERN, "1", NULL, NULL)
CODE (REQUEST_PATTERN, "2", NULL, NULL)
CODE (REQUEST_PATTERN, "3", NULL, NULL)
CODE (REQUEST_PATTERN, "4", NULL, NULL)
CODE (REQUEST_PATTERN, "5", NULL, NULL)
CODE (REQUEST_PATTERN, "6", NULL, NULL)

CODE_TABLE (AUTHENTICATION_FACTOR, 41) /* (factor of authentication) */
CODE (AUTHENTICATION_FACTOR, "1", "記憶", "something known")
CODE (AUTHENTICATION_FACTOR, "2", "生体", "something of the body")
CODE (AUTHENTICATION_FACTOR, "3", "物理", "something owned")

CODE_TABLE (EMERGENCY_RIGHT, 43) /* (right in emergencies) */
CODE (EMERGENCY_RIGHT, "0", NULL, NULL)
CODE (EMERGENCY_RIGHT, "1", NULL, NULL)

CODE_TABLE (LINKED_SYSTEM, 44) /* (linked system) */
CODE (LINKED_SYSTEM, "01", "医療費助成", "subsidised medical expenses")
CODE (LINKED_SYSTEM, "2", "母子保健", "mother and child health")
CODE (LINKED_SYSTEM, "4", "予防接種", "vaccinations")
CODE (LINKED_SYSTEM, "8", "介護", "nursing care")

#undef CODE_TABLE
#undef CODE
