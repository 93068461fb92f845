/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* records-model: entries come in one after the other, and each medicine finds its row. */
#include "client/records-model.h"

#include <glib/gi18n.h>
#include <string.h>

#define FORMAT "org.shikaku.records"

static const char *const sources[RECORDS_N_FROM] = { "receipt", "prescription", "dispensing" };

const char *
records_model_get_source (guint number)
{
  return sources[number];
}

static JsonNode *
get_member (JsonObject *object, const char *name, JsonNodeType type)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_node_type (node) == type ? node : NULL;
}

const char *
records_model_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, JSON_NODE_VALUE);
  const char *text = node != NULL ? json_node_get_string (node) : NULL;

  return text != NULL ? text : "";
}

gboolean
records_model_get_boolean (JsonObject *object, const char *name, gboolean otherwise)
{
  JsonNode *node = get_member (object, name, JSON_NODE_VALUE);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN ? json_node_get_boolean (node) : otherwise;
}

JsonObject *
records_model_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, JSON_NODE_OBJECT);

  return node != NULL ? json_node_get_object (node) : NULL;
}

JsonArray *
records_model_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name, JSON_NODE_ARRAY);

  return node != NULL ? json_node_get_array (node) : NULL;
}

/* The @number-th of @array as an object, or NULL. */
JsonObject *
records_model_get_item (JsonArray *array, guint number)
{
  JsonNode *node = json_array_get_element (array, number);

  return json_node_get_node_type (node) == JSON_NODE_OBJECT ? json_node_get_object (node) : NULL;
}

guint
records_model_count (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

static void
medicine_free (RecordsMedicine *medicine)
{
  g_array_unref (medicine->cells);
  g_free (medicine);
}

static void
place_free (RecordsPlaceOf *place)
{
  g_ptr_array_unref (place->medicines);
  g_free (place);
}

/* What finds a row again: of places by code or name; of medicines by place, and code or name. */
typedef struct
{
  RecordsModel *model;
  GHashTable *places, *medicines, *months;
} Builder;

static RecordsPlaceOf *
find_place (Builder *builder, JsonObject *entry)
{
  JsonObject *who = records_model_get_object (entry, "prescriber");
  const char *code = records_model_get_text (who, "code"), *name = records_model_get_text (who, "name");
  RecordsPlaceOf *place;

  if (*code == '\0' && *name == '\0')
    {
      who = records_model_get_object (entry, "institution");
      code = records_model_get_text (who, "code");
      name = records_model_get_text (who, "name");
    }
  place = g_hash_table_lookup (builder->places, *code != '\0' ? code : name);
  if (place == NULL)
    {
      place = g_new0 (RecordsPlaceOf, 1);
      *place = (RecordsPlaceOf){ .code = code, .name = name };
      place->medicines = g_ptr_array_new_with_free_func ((GDestroyNotify)medicine_free);
      g_ptr_array_add (builder->model->places, place);
      g_hash_table_insert (builder->places, (gpointer)(*code != '\0' ? code : name), place);
    }
  if (*place->name == '\0')
    place->name = name;
  return place;
}

static RecordsMedicine *
find_medicine (Builder *builder, RecordsPlaceOf *place, JsonObject *object)
{
  const char *code = records_model_get_text (object, "code"), *name = records_model_get_text (object, "name");
  g_autofree char *key = g_strdup_printf ("%p/%s", (gpointer)place, *code != '\0' ? code : name);
  RecordsMedicine *medicine = g_hash_table_lookup (builder->medicines, key);

  if (medicine == NULL)
    {
      medicine = g_new0 (RecordsMedicine, 1);
      *medicine = (RecordsMedicine){ code, name, records_model_get_text (object, "ingredient"), NULL };
      medicine->cells = g_array_new (FALSE, TRUE, sizeof (RecordsCell));
      g_ptr_array_add (place->medicines, medicine);
      g_hash_table_insert (builder->medicines, g_steal_pointer (&key), medicine);
    }
  return medicine;
}

static RecordsCell *
find_cell (RecordsMedicine *medicine, const char *month)
{
  RecordsCell cell = { .newest = "", .amount = "", .unit = "", .times = "", .usage = "", .instruction = "" };

  for (guint i = 0; i < medicine->cells->len; i++)
    if (strcmp (g_array_index (medicine->cells, RecordsCell, i).month, month) == 0)
      return &g_array_index (medicine->cells, RecordsCell, i);
  g_strlcpy (cell.month, month, sizeof cell.month);
  g_array_append_val (medicine->cells, cell);
  return &g_array_index (medicine->cells, RecordsCell, medicine->cells->len - 1);
}

static void
add_medicine (Builder *builder, RecordsPlaceOf *place, JsonObject *object, const char *month, const char *date,
              guint from)
{
  RecordsCell *cell = find_cell (find_medicine (builder, place, object), month);

  cell->from |= from;
  if (strcmp (month, place->newest) > 0)
    g_strlcpy (place->newest, month, sizeof place->newest);
  g_hash_table_add (builder->months, g_strdup (month));
  if (strcmp (date, cell->newest) < 0 || (strcmp (date, cell->newest) == 0 && *cell->amount != '\0'))
    return;
  cell->newest = date;
  cell->amount = records_model_get_text (object, "quantity");
  cell->unit = records_model_get_text (object, "unit");
  cell->times = records_model_get_text (object, "times");
  cell->usage = records_model_get_text (records_model_get_object (object, "usage"), "name");
  cell->instruction = records_model_get_text (object, "instruction");
}

static void
add_day (Builder *builder, RecordsPlaceOf *place, JsonObject *day, const char *month, guint from)
{
  JsonArray *medicines = records_model_get_array (day, "medicines");
  const char *date = records_model_get_text (day, "date");
  char of_date[RECORDS_MONTH_SIZE];

  g_strlcpy (of_date, strlen (date) >= RECORDS_MONTH_SIZE - 1 ? date : month, sizeof of_date);
  for (guint i = 0; i < records_model_count (medicines); i++)
    if (records_model_get_item (medicines, i) != NULL)
      add_medicine (builder, place, records_model_get_item (medicines, i), of_date, date, from);
}

static void
add_entry (Builder *builder, JsonObject *entry)
{
  const char *source = records_model_get_text (entry, "source"), *month = records_model_get_text (entry, "month");
  JsonArray *days = records_model_get_array (entry, "days");
  RecordsPlaceOf *place = find_place (builder, entry);
  guint from = 0;

  for (guint i = 0; i < RECORDS_N_FROM; i++)
    if (strcmp (sources[i], source) == 0)
      from = 1u << i;
  for (guint i = 0; i < records_model_count (days); i++)
    if (records_model_get_item (days, i) != NULL)
      add_day (builder, place, records_model_get_item (days, i), month, from);
}

/* The newest first; of one age, as they came. */

static int
compare_cells (gconstpointer a, gconstpointer b)
{
  return strcmp (((const RecordsCell *)b)->month, ((const RecordsCell *)a)->month);
}

static int
compare_medicines (gconstpointer a, gconstpointer b)
{
  const RecordsMedicine *one = *(RecordsMedicine *const *)a, *other = *(RecordsMedicine *const *)b;
  const int order = compare_cells (one->cells->data, other->cells->data);

  return order != 0 ? order : strcmp (one->code, other->code);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const RecordsPlaceOf *one = *(RecordsPlaceOf *const *)a, *other = *(RecordsPlaceOf *const *)b;
  const int order = strcmp (other->newest, one->newest);

  return order != 0 ? order : strcmp (one->code, other->code);
}

static int
compare_months (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)b, *(const char *const *)a);
}

static void
sort_model (Builder *builder)
{
  RecordsModel *model = builder->model;
  GHashTableIter iterator;
  gpointer month;

  g_hash_table_iter_init (&iterator, builder->months);
  while (g_hash_table_iter_next (&iterator, &month, NULL))
    g_ptr_array_add (model->months, g_strdup (month));
  g_ptr_array_sort (model->months, compare_months);
  for (guint i = 0; i < model->places->len; i++)
    {
      RecordsPlaceOf *place = g_ptr_array_index (model->places, i);

      for (guint j = 0; j < place->medicines->len; j++)
        g_array_sort (((RecordsMedicine *)g_ptr_array_index (place->medicines, j))->cells, compare_cells);
      g_ptr_array_sort (place->medicines, compare_medicines);
    }
  g_ptr_array_sort (model->places, compare_places);
}

static void
fill_model (RecordsModel *model)
{
  JsonArray *entries = records_model_get_array (model->document, "entries");
  Builder builder = { model, g_hash_table_new (g_str_hash, g_str_equal),
                      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };

  for (guint i = 0; i < records_model_count (entries); i++)
    if (records_model_get_item (entries, i) != NULL)
      add_entry (&builder, records_model_get_item (entries, i));
  sort_model (&builder);
  g_hash_table_unref (builder.places);
  g_hash_table_unref (builder.medicines);
  g_hash_table_unref (builder.months);
}

RecordsModel *
records_model_new (GBytes *document, GError **error)
{
  g_autoptr (RecordsModel) model = g_new0 (RecordsModel, 1);
  gsize size;
  const char *text = g_bytes_get_data (document, &size);
  JsonNode *root;

  model->parser = json_parser_new_immutable ();
  model->places = g_ptr_array_new_with_free_func ((GDestroyNotify)place_free);
  model->months = g_ptr_array_new_with_free_func (g_free);
  root = json_parser_load_from_data (model->parser, text != NULL ? text : "", (gssize)size, NULL)
             ? json_parser_get_root (model->parser)
             : NULL;
  if (root != NULL && json_node_get_node_type (root) == JSON_NODE_OBJECT)
    model->document = json_node_get_object (root);
  if (strcmp (records_model_get_text (model->document, "format"), FORMAT) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("This is no document of records."));
      return NULL;
    }
  fill_model (model);
  return g_steal_pointer (&model);
}

void
records_model_free (RecordsModel *model)
{
  if (model == NULL)
    return;
  g_ptr_array_unref (model->places);
  g_ptr_array_unref (model->months);
  g_clear_object (&model->parser);
  g_free (model);
}
