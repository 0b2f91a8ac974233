// recommendation cluster, merge, unmerge, link.
#include <algorithm>
#include <set>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

// The text of a field; empty where it has none. Of a set the smallest, so that everybody takes the same.
std::string field_text(const RecordView& record, std::string_view name) {
  std::string text;
  for (const FieldView& field : record.fields) {
    if (field.name != name) continue;
    for (const Value& value : field.values) {
      const std::string one = to_text(value);
      if (text.empty() || one < text) text = one;
    }
  }
  return text;
}

Result<std::vector<RecordView>> recommendations(Client& client, const std::string& where) {
  Query query;
  query.form = "recommendation";
  query.where = where;
  return client.list(query);
}

Result<std::vector<RecordView>> named_recommendations(Client& client, const std::vector<std::string>& ids) {
  HAKI_ASSIGN(const std::vector<RecordId> records, find_records(client, ids));
  std::vector<RecordView> views;
  for (const RecordId& id : records) {
    HAKI_ASSIGN(RecordView view, client.record(id));
    if (view.form != "recommendation") return Error{Code::kInvalid, to_hex(id).substr(0, 8) + " is a record of the form " + view.form + ", not a recommendation."};
    views.push_back(std::move(view));
  }
  return views;
}

Result<> set_field(Client& client, const RecordView& record, const std::string& field, const std::string& value) {
  if (field_text(record, field) == value) return {};
  return client.edit({record.id, {{field, value}}, {}, {}, {}});
}

constexpr std::string_view kGoThere = "Saved on this device. It goes out, sealed, with the next haki sync.";

// What the field that --by names says: of several the smallest, of themes by the name that labels of one theme share.
std::string label_by(const RecordView& record, const std::string& by, const ThemeNames& names) {
  if (by != "theme") return field_text(record, by == "sdg" ? "sdgs" : by);
  const FieldView* themes = record.field("themes");
  std::set<std::string> labels;
  if (themes != nullptr) std::ranges::for_each(themes->values, [&](const Value& value) { labels.insert(names.of(to_text(value))); });
  return labels.empty() ? std::string() : *labels.begin();
}

Result<ExitCode> run_cluster(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  const std::string& by = arguments.one("--by");
  const auto& words = arguments.all("LABEL");
  const bool one_label = by.empty() && !words.empty();
  const std::vector<std::string> ids(words.begin() + (one_label ? 1 : 0), words.end());
  if (!one_label && by.empty()) return context.usage("Name the cluster and its recommendations, or say --by theme.", "recommendation cluster");
  if (one_label && ids.empty() && !arguments.has("--where")) {
    return context.usage("Name the recommendations after the cluster, or say which with --where.", "recommendation cluster");
  }
  HAKI_ASSIGN(const std::vector<RecordView> chosen, ids.empty() ? recommendations(client, arguments.one("--where")) : named_recommendations(client, ids));
  HAKI_ASSIGN(const ThemeNames names, client.theme_names());
  std::map<std::string, std::int64_t> clusters;
  std::int64_t changed = 0, none = 0;
  for (const RecordView& record : chosen) {
    const std::string label = one_label ? words.front() : label_by(record, by, names);
    // What people have clustered by hand stays, unless they say otherwise.
    const std::string now = field_text(record, "cluster");
    if (!one_label && !now.empty() && !arguments.has("--again")) {
      ++clusters[now];
      continue;
    }
    if (label.empty()) ++none;
    else ++clusters[label];
    if (label.empty() || label == now) continue;
    HAKI_TRY(set_field(client, record, "cluster", label));
    ++changed;
  }
  Output::Array outputs;
  for (const auto& [label, count] : clusters) outputs.push_back(Output::object({{"cluster", label}, {"recommendations", count}}));
  const auto text = [](const Output::Array& all) {
    Table table({"Cluster", "Recommendations"});
    table.right(1);
    for (const Output& one : all) table.row({one["cluster"].text(), one["recommendations"].text()});
    return table.text();
  };
  context.print_list(outputs, text, "No recommendation was put under a cluster.");
  context.say(counted(changed, "recommendation was", "recommendations were") + " put under a cluster" +
              (none > 0 ? "; " + std::to_string(none) + " of them say nothing to cluster by, and were left as they are." : "."));
  return ExitCode::kDone;
}

// A merged item, as output.
Output merged_output(const std::string& group, const std::vector<RecordView>& originals) {
  Output::Array ids;
  for (const RecordView& one : originals) ids.push_back(to_hex(one.id));
  return Output::object({{"merge_group", group}, {"originals", std::move(ids)}});
}

Result<ExitCode> run_merge(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(std::vector<RecordView> originals, named_recommendations(client, arguments.all("ID")));
  std::set<std::string> groups;
  for (const RecordView& one : originals) {
    if (const std::string group = field_text(one, "merge_group"); !group.empty()) groups.insert(group);
  }
  if (originals.size() + groups.size() < 2) return context.usage("Name two recommendations or more.", "recommendation merge");
  // Those that were merged with one of them before come along.
  const std::string group = groups.empty() ? "m" + to_hex(originals.front().id).substr(0, 11) : *groups.begin();
  HAKI_ASSIGN(const std::vector<RecordView> all, recommendations(client, ""));
  for (const RecordView& one : all) {
    const bool known = std::ranges::any_of(originals, [&](const RecordView& other) { return other.id == one.id; });
    if (!known && groups.contains(field_text(one, "merge_group"))) originals.push_back(one);
  }
  for (const RecordView& one : originals) HAKI_TRY(set_field(client, one, "merge_group", group));
  context.print(merged_output(group, originals), [](const Output& output) { return output["merge_group"].text() + "\n"; });
  context.say(counted(static_cast<std::int64_t>(originals.size()), "original", "originals") +
              " followed as one; each stays as it is. haki recommendation unmerge takes them apart. " + std::string(kGoThere));
  return ExitCode::kDone;
}

Result<ExitCode> run_unmerge(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const std::vector<RecordView> apart, named_recommendations(client, arguments.all("ID")));
  std::set<std::string> groups;
  for (const RecordView& one : apart) {
    const std::string group = field_text(one, "merge_group");
    if (group.empty()) return Error{Code::kInvalid, to_hex(one.id).substr(0, 8) + " is not merged with another."};
    groups.insert(group);
    HAKI_TRY(set_field(client, one, "merge_group", ""));
  }
  // One that is left alone in its group is merged with nothing.
  for (const std::string& group : groups) {
    HAKI_ASSIGN(const std::vector<RecordView> left, recommendations(client, "merge_group = '" + group + "'"));
    if (left.size() == 1) HAKI_TRY(set_field(client, left.front(), "merge_group", ""));
  }
  Output::Array ids;
  for (const RecordView& one : apart) ids.push_back(to_hex(one.id));
  context.print(Output::object({{"unmerged", std::move(ids)}}), [](const Output& output) {
    std::string lines;
    for (const Output& id : output["unmerged"].array()) lines += id.text() + "\n";
    return lines;
  });
  context.say("Taken apart; each is followed on its own again. " + std::string(kGoThere));
  return ExitCode::kDone;
}

Result<ExitCode> run_link(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  const auto& words = arguments.all("ID");
  if (words.size() < 2) return context.usage("Name a recommendation, and then the earlier ones it follows.", "recommendation link");
  HAKI_ASSIGN(const std::vector<RecordView> named, named_recommendations(client, words));
  Edit edit{named.front().id, {}, {}, {}, {}};
  const bool remove = arguments.has("--remove");
  for (std::size_t i = 1; i < named.size(); ++i) {
    const std::string later = field_text(named.front(), "cycle"), earlier = field_text(named[i], "cycle");
    if (!remove && named[i].id == named.front().id) return Error{Code::kInvalid, "A recommendation does not follow itself."};
    if (!remove && !later.empty() && !earlier.empty() && std::stoi(earlier) > std::stoi(later)) {
      return Error{Code::kInvalid, to_hex(named[i].id).substr(0, 8) + " is of cycle " + earlier + ", later than cycle " + later +
                                       " of the one that would follow it. Name the later one first."};
    }
    (remove ? edit.remove : edit.add).push_back({"follows", to_hex(named[i].id)});
  }
  HAKI_TRY(client.edit(edit));
  context.say(std::string(kGoThere));
  return print_changed(context, named.front().id);
}

Positional recommendation_ids(const char* help) { return {.name = "ID", .help = help, .many = true}; }

}  // namespace

Command recommendation_cluster() {
  return {.path = {"recommendation", "cluster"},
          .summary = "Put recommendations under a cluster, or cluster all by what they say",
          .example = "haki recommendation cluster Water 3f9a12c0 77b0e5d1",
          .more = "With --by, every recommendation that is in no cluster yet goes under its first theme, body, goal or group; --again moves the others too.",
          .positionals = {{.name = "LABEL", .help = "the cluster, and after it the recommendations' ids", .required = false, .many = true}},
          .options = {{.name = "--by",
                       .value_name = "WHAT",
                       .help = "theme, responsible (who has to act), sdg or affected",
                       .completes = Completes::kChoice,
                       .choices = {"theme", "responsible", "sdg", "affected"}},
                      {.name = "--where", .value_name = "EXPR", .help = "those that fit, such as \"themes = 'Water'\""},
                      {.name = "--again", .value_name = "", .help = "with --by: also those that are in a cluster"}},
          .run = run_cluster};
}

Command recommendation_merge() {
  return {.path = {"recommendation", "merge"},
          .summary = "Follow several recommendations as one; no original is lost",
          .example = "haki recommendation merge 3f9a12c0 77b0e5d1",
          .positionals = {recommendation_ids("two recommendations or more")},
          .run = run_merge};
}

Command recommendation_unmerge() {
  return {.path = {"recommendation", "unmerge"},
          .summary = "Take merged recommendations apart",
          .example = "haki recommendation unmerge 3f9a12c0",
          .positionals = {recommendation_ids("those that are to stand alone again")},
          .run = run_unmerge};
}

Command recommendation_link() {
  return {.path = {"recommendation", "link"},
          .summary = "Link a recommendation to those of earlier cycles that it follows",
          .example = "haki recommendation link 3f9a12c0 77b0e5d1",
          .positionals = {recommendation_ids("the recommendation, and after it the earlier ones")},
          .options = {{.name = "--remove", .value_name = "", .help = "take the link away"}},
          .run = run_link};
}

}  // namespace haki::cli::commands
