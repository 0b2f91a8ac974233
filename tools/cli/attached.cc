#include "cli/attached.h"

#include <algorithm>

#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"
#include "media/media.h"

namespace haki::cli {
namespace {

std::string last_part(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string stem_of(const std::string& name) {
  const auto dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

Output copy_output(const media::Copy& copy) {
  return Output::object({{"bytes", to_base64url(copy.bytes)},
                         {"media_type", copy.media_type},
                         {"width", std::int64_t{copy.width}},
                         {"height", std::int64_t{copy.height}}});
}

Output looked_output(const std::string& path, const media::Inspection& inspection) {
  const media::Facts& facts = inspection.facts;
  Output output = Output::object({{"path", path},
                                  {"media_type", facts.media_type},
                                  {"remarks", Output::strings(facts.remarks)},
                                  {"captured_at", facts.captured_at},
                                  {"captured_with", facts.device},
                                  {"width", std::int64_t{facts.width.value_or(0)}},
                                  {"height", std::int64_t{facts.height.value_or(0)}},
                                  {"words", Output::strings(media::in_words(facts))}});
  if (facts.position) {
    output.put("captured_where", to_text(facts.position->first) + " " + to_text(facts.position->second));
  }
  if (inspection.thumbnail) output.put("thumbnail", copy_output(*inspection.thumbnail));
  if (inspection.smaller) output.put("smaller", copy_output(*inspection.smaller));
  return output;
}

std::vector<std::string> texts_of(const Output& array) {
  std::vector<std::string> texts;
  for (const Output& text : array.array()) texts.push_back(text.text());
  return texts;
}

void add_copy(const Output& copy, Relation relation, const std::string& name, std::size_t of, std::vector<AttachmentInput>& inputs) {
  if (!copy.is_object()) return;
  AttachmentInput input;
  input.content = from_base64url(copy["bytes"].text()).value_or(Bytes{});
  input.name = name;
  input.relation = relation;
  input.of_input = of;
  input.facts.media_type = copy["media_type"].text();
  input.facts.width = static_cast<std::uint32_t>(copy["width"].number());
  input.facts.height = static_cast<std::uint32_t>(copy["height"].number());
  inputs.push_back(std::move(input));
}

std::string place_in_words(const Output& attachment) {
  const std::string place = attachment["place"].text();
  if (place == "here") return "here";
  if (place == "on_its_way") {
    const std::int64_t all = std::max<std::int64_t>(attachment["bytes_sealed"].number(), 1);
    return "on its way, " + std::to_string(attachment["bytes_moved"].number() * 100 / all) + "% sent";
  }
  if (place == "at_server") return "at the server, comes with haki sync";
  if (place == "with_author") return "on " + one_line(attachment["by"].text()) + "'s device";
  if (place == "over_quota") return "at the server, beyond its space";
  return "lost on this device";
}

}  // namespace

Result<std::string> look_into(const std::vector<std::string>& paths) {
  Output::Array files;
  for (const std::string& path : paths) {
    HAKI_ASSIGN(const media::Inspection inspection, media::inspect(path, last_part(path)));
    files.push_back(looked_output(path, inspection));
  }
  return to_json(files);
}

Result<AttachedFiles> attached_files(const Context& context, std::string_view looked) {
  AttachedFiles files;
  if (looked.empty()) return files;
  HAKI_ASSIGN(const Output read, from_json(looked));
  for (const Output& file : read.array()) {
    const std::string name = last_part(file["path"].text());
    AttachmentInput input;
    input.path = context.path(file["path"].text());
    input.name = name;
    input.facts = {file["media_type"].text(),   texts_of(file["remarks"]), file["captured_at"].text(), file["captured_where"].text(),
                   file["captured_with"].text(), static_cast<std::uint32_t>(file["width"].number()),
                   static_cast<std::uint32_t>(file["height"].number())};
    const std::size_t of = files.inputs.size();
    files.inputs.push_back(std::move(input));
    add_copy(file["thumbnail"], Relation::kThumbnail, stem_of(name) + ".thumbnail.jpg", of, files.inputs);
    add_copy(file["smaller"], Relation::kDerivative, stem_of(name) + ".smaller.jpg", of, files.inputs);
    for (const std::string& sentence : texts_of(file["words"])) files.words.push_back(name + ": " + sentence);
  }
  return files;
}

Output attachment_output(const AttachmentView& view) {
  return Output::object({{"id", to_hex(view.id)},
                         {"record", to_hex(view.record)},
                         {"name", view.name},
                         {"relation", name_of(view.relation)},
                         {"of", view.of ? Output(to_hex(*view.of)) : Output()},
                         {"media_type", view.facts.media_type},
                         {"bytes", view.bytes},
                         {"sha256", view.sha256},
                         {"blake2b", view.blake2b},
                         {"remarks", Output::strings(view.facts.remarks)},
                         {"captured_at", view.facts.captured_at},
                         {"captured_where", view.facts.captured_where},
                         {"captured_with", view.facts.captured_with},
                         {"width", std::uint64_t{view.facts.width}},
                         {"height", std::uint64_t{view.facts.height}},
                         {"by", view.by},
                         {"device", to_hex(view.device)},
                         {"at", time_output(view.at_ms)},
                         {"place", name_of(view.place)},
                         {"bytes_moved", view.bytes_moved},
                         {"bytes_sealed", view.bytes_sealed},
                         {"trouble", view.trouble}});
}

std::string attachments_text(const Output::Array& attachments) {
  const std::size_t digits = id_digits(attachments);
  Table table({"Id", "Name", "Kind", "Size", "Where", "By", "When", "Noticed"});
  table.right(3);
  for (const Output& one : attachments) {
    std::string noticed;
    for (const Output& remark : one["remarks"].array()) noticed += (noticed.empty() ? "" : ", ") + remark.text();
    const std::string relation = one["relation"].text();
    table.row({one["id"].text().substr(0, digits), shortened(one_line(one["name"].text()), 40),
               one["media_type"].text() + (relation == "original" ? "" : " (" + relation + ")"),
               bytes_in_words(one["bytes"].number()), place_in_words(one), one_line(one["by"].text()),
               time_in_words(time_of(one["at"]), now_ms()), noticed});
  }
  std::string text = table.text();
  for (const Output& one : attachments) {
    if (!one["trouble"].text().empty()) text += one_line(one["name"].text() + ": " + one["trouble"].text()) + "\n";
  }
  return text;
}

std::string files_in_words(const Output::Array& attachments) {
  std::int64_t all = 0, here = 0;
  std::string missing;
  for (const Output& one : attachments) {
    if (one["relation"].text() == "thumbnail" || one["relation"].text() == "derivative") continue;
    ++all;
    const std::string place = one["place"].text();
    if (place == "here") {
      ++here;
      continue;
    }
    missing += "; " + shortened(one_line(one["name"].text()), 40) + " is " + place_in_words(one);
  }
  if (all == 0) return {};
  if (missing.empty()) return counted(all, "file, complete", "files, complete");
  return std::to_string(here) + " of " + counted(all, "file", "files") + " complete" + missing;
}

}  // namespace haki::cli
