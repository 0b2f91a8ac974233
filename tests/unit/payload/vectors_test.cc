// Goal: the bytes of proto/vectors stay what the spec says, so that a second implementation can be checked by them and
// no later version reads them otherwise. Method: each wrong batch is put together here by hand, one departure from
// proto/spec/10-change-set.md each, and must be in the folder as it is here; then every file of the folders is read.
// HAKI_WRITE_VECTORS=1 writes the files anew.
#include <gtest/gtest.h>

#include "describe.h"
#include "packed.h"
#include "payload/batch.h"
#include "raw_batch.h"
#include "samples.h"
#include "vectors/vector_file.h"

namespace haki::payload {
namespace {

using namespace raw;
using namespace test;

std::vector<Vector> ok_batches() {
  std::vector<Vector> vectors;
  const auto add = [&](const std::string& name, const std::string& says, const std::vector<changes::ChangeSet>& sets) {
    const Bytes bytes = *encode_batch(sets, kAuthor);
    vectors.push_back({"ok_" + name, says,
                       {{"author", to_hex(kAuthor)},
                        {"first_seq", std::to_string(sets[0].seq)},
                        {"sets", std::to_string(sets.size())}},
                       bytes, describe(sets)});
  };
  add("everything", "every operation and every type of value", one_of_everything());
  add("empty_set", "a set without operations at the start of 1970", {{1, {}, {}}});
  changes::NewRecord first{id_of<RecordId>(1), id_of<FormId>(2), {{10, text_of("north")}, {11, std::int64_t{1}}}};
  changes::NewRecord second = first, other = first;
  second.record = id_of<RecordId>(3);
  other.record = id_of<RecordId>(4);
  other.cells = {{11, 0.5}};
  add("shapes", "two records of one shape and one of another share columns",
      {{1, changes::Hlc::of(1000, 0), {first, second}}, {2, changes::Hlc::of(1001, 9), {other}}});
  changes::ChangeSet later{1, changes::Hlc::of(1000, 0), {}};
  later.later_fields = {0x20, 0, 0x2a, 1, 7, 0x2a, 0};
  add("later_fields", "unknown fields of a set: 4 written as 0, and 5 twice", {later});
  add("erasure", "what an erasure leaves, and says",
      {{1, changes::Hlc::of(1000, 0),
        {changes::Gone{31}, first, changes::Erase{id_of<RecordId>(9), "Consent withdrawn"},
         changes::LetGo{id_of<CompartmentId>(5), id_of<RecordId>(9), id_of<LogId>(0xb0), 7}}}});
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    add("seed_" + std::to_string(seed), "made from a seed", Maker(seed).sets());
  }
  return vectors;
}

struct Wrong {
  const char* name;
  const char* says;
  Bytes bytes;
};

std::vector<Wrong> wrong_frames() {
  const Bytes good = set({{9}});
  return {
      {"truncated_empty", "no byte at all", {}},
      {"truncated_no_sets", "the set the header promises is missing", versions()},
      {"truncated_set", "the set is longer than the bytes", join({versions(), {0x3a, 5, 8, 2}})},
      {"truncated_tag", "the bytes end in a tag", join({versions(), good, {0x80}})},
      {"bad_no_schema", "schema is missing", join({number_field(2, 1), good})},
      {"bad_no_min_reader", "min_reader is missing", join({number_field(1, 1), good})},
      {"bad_schema_zero", "schema is written as 0", join({{8, 0, 16, 1}, good})},
      {"bad_schema_below_min_reader", "written by a version that cannot read it", join({{8, 1, 16, 2}, good})},
      {"bad_field_twice", "schema stands twice", join({{8, 1}, versions(), good})},
      {"bad_field_order", "min_reader stands before schema", join({{16, 1, 8, 1}, good})},
      {"bad_field_zero", "field number 0", join({versions(), good, {0x02, 0}})},
      {"bad_group", "protobuf's old groups", join({versions(), good, {0x4b, 0x4c}})},
      {"bad_wire_type", "schema as bytes", join({{0x0a, 1, 1, 16, 1}, good})},
      {"bad_long_tag", "a tag with a needless byte", join({{0x88, 0, 1, 16, 1}, good})},
      {"bad_long_number", "a number with a needless byte", join({{8, 0x81, 0, 16, 1}, good})},
      {"bad_more_sets", "two sets where the header says one", join({versions(), good, good})},
      {"bad_log_size", "a log of 15 bytes", one_write({0}, logs(Bytes(15, 1)))},
      {"bad_record_twice", "a record twice in the table",
       join({versions(), records(times(2, id(1))), set({{2, 0, 10, 4, 1}, {2, 0, 10, 4, 1}})})},
      {"bad_record_unused", "a record nothing refers to", join({versions(), records(id(1)), good})},
      {"bad_form_unused", "a form nothing refers to", join({versions(), forms(id(1)), good})},
      {"bad_log_unused", "a log nothing refers to", one_write({0}, logs(id(1)))},
      {"bad_log_is_author", "the author's own log in the table", one_write({1, 1, 1, 0}, logs(id(0xa0)))},
      {"bad_empty_table", "an empty table is written", join({versions(), {0x1a, 0}, good})},
      {"bad_column_unused", "a column nothing reads", join({versions(), good, columns({1})})},
      {"bad_shape_unused", "a shape nothing has", join({versions(), shapes({0}), good})},
      {"oversize_sets", "65 sets", join({versions(), times(65, bytes_field(7, {}))})},
      {"held_newer", "min_reader 3; nothing after it may be read", {8, 3, 16, 3, 0xff}},
  };
}

std::vector<Wrong> wrong_sets() {
  const auto one = [](const Bytes& body) { return join({versions(), bytes_field(7, body)}); };
  return {
      {"bad_counter_zero", "a counter written as 0", one({8, 2, 16, 0})},
      {"bad_counter_large", "a counter of 65,536", one(join({{8, 2}, number_field(2, 65'536)}))},
      {"bad_time_before_1970", "a time of -1 ms", one({8, 1})},
      {"bad_time_beyond_48_bits", "a time of 2^48 ms", one(number_field(1, std::uint64_t{1} << 49))},
      {"bad_set_field_order", "counter before ms_plus", one({16, 1, 8, 2})},
      {"bad_later_field_order", "unknown field 6 before unknown field 5", one({8, 2, 0x30, 1, 0x28, 1})},
      {"bad_later_field_group", "protobuf's old groups under an unknown number", one({8, 2, 0x2b, 0x2c})},
      {"bad_operation_as_number", "an operation as a number", one({8, 2, 0x18, 9})},
      {"bad_operation_empty", "an operation of no bytes", one({8, 2, 0x1a, 0})},
      {"bad_operation_kind_zero", "kind 0", one({8, 2, 0x1a, 1, 0})},
      {"bad_operation_long_kind", "a kind with a needless byte", one({8, 2, 0x1a, 2, 0x89, 0})},
      {"oversize_operations", "513 operations", one(join({{8, 2}, times(513, {0x1a, 1, 9})}))},
  };
}

std::vector<Wrong> wrong_operations() {
  const auto one = [](const Bytes& operation) { return join({versions(), records(id(1)), set({operation})}); };
  const Bytes other = logs(id(0xb0));
  const Bytes two = logs(join({id(0xb0), id(0xc0)}));
  return {
      {"truncated_operation", "a SetField that ends before its value", one({1, 0, 10, 0})},
      {"bad_operation_trailing", "a byte after the value", one({1, 0, 10, 0, 4, 1, 0})},
      {"bad_field_number_zero", "a write of field 0", one({1, 0, 0, 0, 4, 1})},
      {"bad_field_number_large", "a write of field 2^32",
       one(join({{1, 0}, varint(std::uint64_t{1} << 32), {0, 4, 1}}))},
      {"bad_record_reference", "a record not in the table", one({1, 2, 10, 0, 4, 1})},
      {"bad_record_reference_first", "a first use that is not 0", one({1, 1, 10, 0, 4, 1})},
      {"bad_log_reference", "a dot of a log not in the table", one_write({1, 2, 1, 0}, other)},
      {"bad_log_reference_skips", "the second log is used first", one_write({2, 2, 1, 0, 1, 1, 0}, two)},
      {"bad_dot_seq_zero", "a dot with seq 0", one_write({1, 0, 0, 0})},
      {"bad_dot_op_large", "a dot with op 2^32", one_write(join({{1, 0, 1}, varint(std::uint64_t{1} << 32)}))},
      {"bad_dots_order", "dots that do not ascend", one_write({2, 0, 2, 0, 0, 1, 0})},
      {"bad_dot_twice", "the same dot twice", one_write({2, 0, 1, 0, 0, 1, 0})},
      {"bad_dots_count", "more dots promised than bytes", one_write({200, 1, 0, 1, 0})},
      {"oversize_dots", "257 dots promised", one_write(join({varint(257), {0, 1, 0}}))},
      {"bad_tomb_seen_order", "logs seen that do not ascend",
       join({versions(), other, records(id(1)), set({{5, 0, 0, 2, 1, 1, 0, 1}})})},
      {"bad_tomb_seen_twice", "a log seen twice", one({5, 0, 0, 2, 0, 1, 0, 1})},
      {"bad_tomb_seen_zero", "a log seen up to 0", one({5, 0, 0, 1, 0, 0})},
      {"bad_ack_head", "a head of 31 bytes", join({versions(), set({join({{7, 0, 1}, Bytes(31, 1)})})})},
      {"bad_ack_seq_zero", "an Ack of seq 0", join({versions(), set({join({{7, 0, 0}, Bytes(32, 1)})})})},
      {"bad_verdict_flag", "a Verdict that is neither yes nor no",
       join({versions(), set({join({{12, 0, 1}, Bytes(32, 1), {2}})})})},
      {"bad_gone_in_schema_1", "something Gone that older readers would count as one",
       join({versions(), set({{13, 31}})})},
      {"bad_gone_zero", "a Gone that takes no index", join({gone_versions(), set({{13, 0}})})},
      {"bad_gone_large", "a Gone of 502 indexes", join({gone_versions(), set({join({{13}, varint(502)})})})},
      {"bad_schema_2_without_gone", "older readers are told not to read what they could", join({gone_versions(), set({{9}})})},
      {"bad_erase_without_reason", "an Erase without a reason", join({versions(), set({join({{14}, id(1), {0}})})})},
      {"bad_erase_utf8", "a reason that is not UTF-8", join({versions(), set({join({{14}, id(1), {1, 0xff}})})})},
      {"oversize_erase_reason", "a reason of 1,025 bytes",
       join({versions(), set({join({{14}, id(1), counted(Bytes(1025, 'x'))})})})},
      {"bad_let_go_seq_zero", "a LetGo of an Erase in change set 0",
       join({versions(), set({join({{15}, id(1), id(2), id(3), {0}})})})},
      {"bad_let_go_short", "a LetGo without a log", join({versions(), set({join({{15}, id(1), id(2)})})})},
      {"bad_verdict_short", "a Verdict without its yes or no", join({versions(), set({join({{12, 0, 1}, Bytes(32, 1)})})})},
  };
}

std::vector<Wrong> wrong_values() {
  const Bytes text_cell = join({{1}, cell(10, 1)});
  return {
      {"bad_value_type_zero", "type 0", one_value(0, {1})},
      {"bad_value_type_unknown", "type 6", one_value(6, {1})},
      {"bad_boolean", "a boolean of 2", one_value(4, {2})},
      {"bad_text_utf8", "text that is not UTF-8", one_value(1, {1, 0xff})},
      {"bad_text_surrogate", "text with a surrogate", one_value(1, {3, 0xed, 0xa0, 0x80})},
      {"bad_text_overlong", "text with an overlong slash", one_value(1, {2, 0xc0, 0xaf})},
      {"bad_text_length", "a text longer than its column", one_value(1, {9, 'a'})},
      {"bad_integer_long", "an integer with a needless byte", one_value(2, {0x82, 0})},
      {"bad_integer_66_bits", "an integer beyond 64 bits", one_value(2, join({Bytes(9, 0xff), {2}}))},
      {"bad_decimal_places", "ten places", one_value(3, {10, 2})},
      {"bad_decimal_not_shortest", "1.0 as 10 / 10", one_value(3, {1, 20})},
      {"bad_decimal_raw_but_short", "5.0 in eight bytes", one_value(3, {255, 0, 0, 0, 0, 0, 0, 0x14, 0x40})},
      {"bad_decimal_infinite", "infinity", one_value(3, {255, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f})},
      {"bad_decimal_nan", "not a number", one_value(3, {255, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f})},
      {"bad_link_size", "a link of 15 bytes", one_value(5, Bytes(15, 1))},
      {"bad_column_left_over", "a column with a value more than records", one_value(4, {1, 1})},
      {"bad_column_missing", "a shape without its column", one_record(text_cell, {})},
      {"bad_columns_end", "two columns of which the second has no value", one_record(join({{2}, cell(10, 4), cell(1, 4)}), {1})},
      {"bad_cells_not_ascending", "the same field twice in a shape",
       one_record(join({{2}, cell(10, 4), cell(0, 4)}), {1, 1})},
      {"bad_cell_field_large", "a field of 2^32 in a shape",
       one_record(join({{1}, varint((std::uint64_t{1} << 35) | 4)}), {1})},
      {"bad_shape_twice", "a shape twice in the table",
       join({versions(), records(join({id(1), id(3)})), forms(id(2)), shapes({0, 0}),
             set({{4, 0, 0, 0}, {4, 0, 1, 0}})})},
      {"bad_shape_reference", "a shape not in the table",
       join({versions(), records(id(1)), forms(id(2)), set({{4, 0, 0, 0}})})},
      {"truncated_shape", "a shape of fewer cells than it says", one_record(join({{2}, cell(10, 4)}), {1})},
      {"oversize_cells", "501 cells promised", one_record(varint(501), {})},
  };
}

std::vector<Vector> batches() {
  std::vector<Vector> vectors = ok_batches();
  for (const auto& group : {wrong_frames(), wrong_sets(), wrong_operations(), wrong_values()}) {
    for (const Wrong& wrong : group) {
      vectors.push_back(
          {wrong.name, wrong.says, {{"author", to_hex(kAuthor)}, {"first_seq", "1"}, {"sets", "1"}}, wrong.bytes, {}});
      if (vectors.back().name == "oversize_sets") vectors.back().given["sets"] = "65";
    }
  }
  return vectors;
}

// An encoder's bytes may change from one release to the next, so only these kept ones are the vectors.
std::vector<Vector> packs() {
  const Bytes batch = *encode_batch(one_of_everything(), kAuthor);
  const Bytes stream = compress(batch, Effort::kFast);
  Bytes cut = packed_stream(stream);
  cut.pop_back();
  Bytes padding = packed_stream(stream);
  padding.back() = 1;
  Bytes longer = packed_stream(stream);
  longer.resize(base::padme(longer.size() + 1));
  return {
      {"ok_batch", "one_of_everything", {}, packed_stream(stream), in_lines(batch)},
      {"ok_window_1_mib", "a window of 2^20 bytes", {}, packed_stream(hi_in_window_of(20)), in_lines({'h', 'i'})},
      {"truncated_padding", "one byte of padding is missing", {}, cut, {}},
      {"truncated_stream", "the stream ends early", {}, packed_stream(Bytes(stream.begin(), stream.end() - 9)), {}},
      {"bad_padding", "padding that is not zero", {}, padding, {}},
      {"bad_more_padding", "more padding than such a length has", {}, longer, {}},
      {"bad_window", "a window of 2^21 bytes", {}, packed_stream(hi_in_window_of(21)), {}},
      {"bad_two_streams", "two streams", {}, packed_stream(join({stream, stream})), {}},
      {"bad_bomb", "16 MiB of zeros", {}, packed_stream(compress(Bytes(16 * 1024 * 1024, 0), Effort::kFast)), {}},
      {"held_packing", "packed in a way of a later version", {}, packed_stream(stream, 2), {}},
  };
}

class Vectors : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!writing_vectors()) return;
    for (const Vector& vector : batches()) write_vector("batch", vector);
    for (const Vector& vector : packs()) write_vector("pack", vector);
  }
};

TEST_F(Vectors, OfBatchesAreInTheFolderAsTheyAreHere) {
  for (const Vector& vector : batches()) {
    EXPECT_EQ(text_of(read_vector(vectors_folder("batch") / (vector.name + ".hex"))), text_of(vector)) << vector.name;
  }
}

TEST_F(Vectors, OfBatchesAreReadAsTheirNamesSay) {
  const auto vectors = read_vectors("batch");
  ASSERT_GE(vectors.size(), batches().size());
  for (const Vector& vector : vectors) {
    const auto author = id_from_hex<LogId>(vector.given.at("author"));
    ASSERT_TRUE(author) << vector.name;
    const auto read = decode_batch(vector.bytes, *author, std::stoull(vector.given.at("first_seq")),
                                   static_cast<std::uint32_t>(std::stoul(vector.given.at("sets"))));
    ASSERT_EQ(read.has_value(), vector.is_ok()) << vector.name << ": " << vector.says;
    if (!vector.is_ok()) {
      EXPECT_EQ(code_name(read.error().code), code_name(vector.expected())) << vector.name << ": " << vector.says;
      continue;
    }
    EXPECT_EQ(describe(*read), vector.meaning) << vector.name;
    EXPECT_EQ(to_hex(*encode_batch(*read, *author)), to_hex(vector.bytes)) << vector.name;
  }
}

TEST_F(Vectors, OfPacksAreOpenedAsTheirNamesSay) {
  const auto vectors = read_vectors("pack");
  ASSERT_GE(vectors.size(), packs().size());
  for (const Vector& vector : vectors) {
    const auto opened = unpack(vector.bytes);
    ASSERT_EQ(opened.has_value(), vector.is_ok()) << vector.name << ": " << vector.says;
    if (opened) {
      EXPECT_EQ(in_lines(*opened), vector.meaning) << vector.name;
    } else {
      EXPECT_EQ(code_name(opened.error().code), code_name(vector.expected())) << vector.name << ": " << vector.says;
    }
  }
}

}  // namespace
}  // namespace haki::payload
