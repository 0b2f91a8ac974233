#include "table_input.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "formats/form_table.h"
#include "formats/mapper.h"
#include "formats/raw_table.h"
#include "formats/table_child.h"
#include "formats/table_reader.h"
#include "model/form.h"

namespace haki::fuzz {

namespace {

using namespace formats;

const std::string kSubject = "table";

// Small enough that every bound is within a fuzzer's reach.
ReadLimits small_limits() {
  ReadLimits limits;
  limits.rows = 2'000;
  limits.columns = 32;
  limits.cell_bytes = 4'096;
  limits.unpacked_bytes = 8U << 20;
  return limits;
}

const ByteTables& byte_tables() {
  static const ByteTables kTables = *load_byte_tables();
  return kTables;
}

class Keeper final : public TableSink {
 public:
  Result<> facts(TableFacts facts) override { return table.facts = std::move(facts), Unit{}; }
  Result<> header(std::vector<std::string> cells) override { return table.header = std::move(cells), Unit{}; }
  Result<> row(std::uint64_t row, std::vector<std::string> cells) override { return table.rows.push_back({row, std::move(cells)}), Unit{}; }
  Result<> refused(std::uint64_t row, std::uint32_t, std::string reason) override {
    return table.refused.push_back({row, "", std::move(reason)}), Unit{};
  }
  Result<> done(std::string line_ends) override { return table.line_ends = std::move(line_ends), Unit{}; }

  RawTable table;
};

// What the child writes, out of a file in memory.
class FrameFile {
 public:
  FrameFile() : fd_(::memfd_create("frames", MFD_CLOEXEC)) { HAKI_ASSERT(fd_ >= 0); }
  FrameFile(const FrameFile&) = delete;
  ~FrameFile() { ::close(fd_); }
  int fd() const { return fd_; }
  std::string content() const {
    std::string bytes(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    HAKI_ASSERT(::pread(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  int fd_;
};

// Hands over frame by frame, as run_in_child() would.
Result<bool> hand_over(std::string_view frames, const ReadLimits& limits, TableSink& sink) {
  const auto take = table_frame_taker(kSubject, limits, sink);
  while (frames.size() >= kFrameHeadBytes) {
    Frame frame;
    formats::FrameReader head(frames.substr(0, kFrameHeadBytes));
    frame.kind = static_cast<std::uint8_t>(*head.number(1));
    const auto size = static_cast<std::size_t>(*head.number(4));
    frames.remove_prefix(kFrameHeadBytes);
    if (size > frames.size()) break;
    frame.payload = frames.substr(0, size);
    frames.remove_prefix(size);
    HAKI_ASSIGN(const bool last, take(frame));
    if (last) return true;
  }
  return false;
}

LinkAnswer no_record(const Field&, std::string_view, const LinkHints&) { return {"", "is not here"}; }

constexpr std::size_t kColumnsForAllForms = 8;  // a wide heading is compared with every label of a form: one form is enough then

// As recommendations, and as every form that it could be.
void understand(const RawTable& table) {
  if (auto mapper = choose_mapper(kSubject, table.facts, table.header)) {
    for (const RawRow& row : table.rows) (*mapper)->row(row.row, row.cells);
    for (const RowProblem& problem : table.refused) (*mapper)->refuse(problem.row, 0, problem.reason);
    for (const RecommendationRow& row : (*mapper)->table().rows) HAKI_ASSERT(!identity_of(row).empty());
  }
  const auto forms = model::built_in_forms();
  const bool all = table.header.size() <= kColumnsForAllForms;
  for (const Form& form : all ? forms : forms.subspan(table.header.size() % forms.size(), 1)) {
    if (fit_of(table.header, form) == 0) continue;
    static_cast<void>(match_table(table, form, no_record, true));
    for (const Group& group : form.groups) static_cast<void>(match_group_table(table, form, group, no_record));
  }
}

}  // namespace

bool take_table(std::string_view file) {
  const ReadLimits limits = small_limits();
  const FrameFile frames;
  {
    FrameWriter out(frames.fd());
    write_table_frames(file, byte_tables(), limits, "Sheet2", out);
    out.flush();
  }
  Keeper keeper;
  const auto whole = hand_over(frames.content(), limits, keeper);
  // An honest child ends with a table or a reason, never with what its parent takes for a broken one.
  if (!whole) HAKI_ASSERT(whole.error().message.find("broke off") == std::string::npos);
  if (!whole || keeper.table.header.empty()) return false;
  HAKI_ASSERT(*whole);
  understand(keeper.table);
  return true;
}

bool take_table_frames(ByteView frames) {
  Keeper keeper;
  const auto whole = hand_over(as_text(frames), small_limits(), keeper);
  if (!whole || !*whole) return false;
  understand(keeper.table);
  return true;
}

}  // namespace haki::fuzz
