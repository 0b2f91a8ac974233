// policy show, set: what this home does by itself to stay closed.
#include <charconv>
#include <optional>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

// "30s", "5m", "2h" in milliseconds.
std::optional<std::int64_t> read_span(std::string_view text) {
  if (text.size() < 2 || text.size() > 6) return std::nullopt;
  const char unit = text.back();
  const std::int64_t unit_ms = unit == 's' ? 1'000 : unit == 'm' ? 60'000 : unit == 'h' ? 3'600'000 : 0;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, count);
  if (unit_ms == 0 || error != std::errc() || end != text.data() + text.size() - 1 || count < 1) return std::nullopt;
  return count * unit_ms;
}

// Changes one rule as NAME=VALUE says. Whether the value is one that is allowed, the client knows.
Result<> apply(const std::string& word, HomeRules& rules) {
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
  if (name == "wipe-after") {
    rules.wipe_after = 0;
    if (value == "off") return {};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), rules.wipe_after);
    if (error == std::errc() && end == value.data() + value.size() && rules.wipe_after != 0) return {};
    return Error{Code::kInvalid, "wipe-after is off, 5, 10 or 20 wrong passphrases."};
  }
  if (name == "idle") {
    rules.idle_ms = 0;
    if (value == "default") return {};
    const auto span = read_span(value);
    if (!span) return Error{Code::kInvalid, "idle is a time from 30s to 12h, such as 5m, or default."};
    rules.idle_ms = *span;
    return {};
  }
  if (name == "metered-files") {
    rules.metered_bytes_max = 0;
    if (value == "any") return {};
    std::int64_t megabytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), megabytes);
    if (error == std::errc() && end == value.data() + value.size() && megabytes >= 1 && megabytes <= 2048) {
      rules.metered_bytes_max = megabytes * 1'000'000;
      return {};
    }
    return Error{Code::kInvalid, "metered-files is a number of megabytes from 1 to 2048, such as 2, or any."};
  }
  return Error{Code::kInvalid, "There is no rule " + one_line(name) + ". The rules are wipe-after, idle and metered-files."};
}

Output rules_output(const HomeRules& rules) {
  return Output::object({{"wipe_after", rules.wipe_after == 0 ? Output() : Output(std::uint64_t{rules.wipe_after})},
                         {"idle_seconds", rules.idle_ms == 0 ? Output() : Output(rules.idle_ms / 1'000)},
                         {"metered_bytes", rules.metered_bytes_max == 0 ? Output() : Output(rules.metered_bytes_max)}});
}

std::string rules_text(const Output& rules) {
  std::string text = rules["wipe_after"].is_null()
                         ? "wipe-after=off     Wrong passphrases do not destroy this home.\n"
                         : "wipe-after=" + rules["wipe_after"].text() + "     So many wrong passphrases in a row destroy "
                           "this home. A person who can copy its files first is not stopped by it.\n";
  text += rules["idle_seconds"].is_null()
              ? std::string("idle=default       haki unlock closes after 15 minutes without a command, 5 for a lead.\n")
              : "idle=" + rules["idle_seconds"].text() + "s     haki unlock closes after " +
                    time_span_in_words(rules["idle_seconds"].number()) + " without a command.\n";
  text += rules["metered_bytes"].is_null()
              ? std::string("metered-files=any  Files go over any link, also one that costs money.\n")
              : "metered-files=" + std::to_string(rules["metered_bytes"].number() / 1'000'000) +
                    "    Larger files, in megabytes, wait for a link that is not metered (haki sync without --metered).\n";
  return text;
}

Result<ExitCode> run_policy_show(Context& context, const Arguments&) {
  HAKI_ASSIGN(const HomeRules rules, context.client().rules());
  context.print(rules_output(rules), rules_text);
  return ExitCode::kDone;
}

Result<ExitCode> run_policy_set(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(HomeRules rules, context.client().rules());
  for (const std::string& word : arguments.all("RULE")) HAKI_TRY(apply(word, rules));
  HAKI_TRY(context.client().set_rules(rules));
  context.print(rules_output(rules), rules_text);
  return ExitCode::kDone;
}

}  // namespace

Command policy_show() {
  return {.path = {"policy", "show"},
          .summary = "The rules by which this home stays closed",
          .example = "haki policy show",
          .run = run_policy_show};
}

Command policy_set() {
  return {.path = {"policy", "set"},
          .summary = "Change a rule of this home",
          .example = "haki policy set wipe-after=10 idle=5m",
          .more = "wipe-after=off, 5, 10 or 20: so many wrong passphrases in a row destroy the home. idle=30s to 12h, or "
                  "default: how long haki unlock keeps it open without a command. metered-files=MEGABYTES or any: on a metered link (haki "
                  "sync --metered, or as the app says) larger files wait.",
          .positionals = {{.name = "RULE", .help = "NAME=VALUE", .many = true}},
          .run = run_policy_set};
}

}  // namespace haki::cli::commands
