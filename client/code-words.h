/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* code-words: the field's codes, which the daemon hands on as they came, in the language of the person who reads. */
#pragma once

/*
 * code_words_find: @key: of the contract, or what the center calls the element, as in Other and in a ticket. @code: or
 * the field's name for it, as in ClassName. Return: what it means, static; NULL: @key has no codes, or not this one, or
 * nobody says what it is.
 */
const char *code_words_find (const char *key, const char *code);
