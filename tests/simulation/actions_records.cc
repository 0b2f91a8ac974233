// Recording, editing, deleting, reviewing, settling, and what an app of a later version writes.
#include <algorithm>

#include "changes/merge.h"
#include "checkers/checkers.h"
#include "model/form.h"

namespace haki::simulation {
namespace {

// A value that stood in for nothing or for what the device showed then, and whether the call said that it is kept.
void remember(World& world, Device& device, Fact fact, const Result<>& done) {
  fact.device = device.number;
  fact.step = world.step;
  fact.acknowledged = done.has_value();
  const bool perhaps = !done && (device.disk.dead() || done.error().code == Code::kIo || done.error().code == Code::kDiskFull);
  if (!done && !perhaps) return;
  world.model.wrote(fact);
  if (done && !device.disk.dead()) check_own_write(world, device, fact);
}

struct Written {
  const char* form;
  const char* field;
};

void record(World& world, Device& device, const Step& step) {
  const bool outreach = step.what % 5 == 0;
  const Written what = outreach ? Written{"outreach_session", "note"} : Written{"observation", "narrative"};
  const std::string text = world.model.new_text(what.form);
  Draft draft{what.form, {{what.field, text}}, {}, step.what % 3 != 0, crypto::random_id<RecordId>(world.chance), {}, {}};
  if (outreach) {
    draft.fields.push_back({"held_on", "2026-02-01"});
    draft.fields.push_back({"district", "KE010"});
    draft.fields.push_back({"theme", "health"});
    draft.fields.push_back({"total", "12"});
    draft.submit = false;
  }
  // Now and then in a circle, where others write too.
  const auto circles = device.client->trust().compartments();
  if (circles && step.what % 2 == 0) {
    for (const CompartmentView& circle : *circles) {
      const bool shared = circle.kind == "case" || circle.kind == "district";
      if (shared && circle.may_write && !circle.closed && world.chance.percent(50)) draft.compartment = to_hex(circle.id);
    }
  }
  const auto made = device.client->create(draft);
  world.went("create", made);
  const Result<> done = made ? Result<>() : Result<>(made.error());
  const bool perhaps = !made && (device.disk.dead() || made.error().code == Code::kIo || made.error().code == Code::kDiskFull);
  if (made || perhaps) world.model.made({*draft.id, what.form, device.number, false, made.has_value()});
  remember(world, device, {0, *draft.id, what.field, text, {}}, done);
}

void publish(World& world, Device& device, const Step& step) {
  const std::string text = world.model.new_text("recommendation");
  Draft draft{"recommendation", {{"text", text}, {"themes", "health"}}, {}, true, crypto::random_id<RecordId>(world.chance), {}, {}};
  if (step.what % 2 == 0) draft.fields.push_back({"themes", "theme " + std::to_string(step.what % 7)});
  const auto made = device.client->create(draft);
  world.went("publish", made);
  const bool perhaps = !made && (device.disk.dead() || made.error().code == Code::kIo || made.error().code == Code::kDiskFull);
  if (made || perhaps) world.model.made({*draft.id, "recommendation", device.number, false, made.has_value()});
  remember(world, device, {0, *draft.id, "text", text, {}}, made ? Result<>() : Result<>(made.error()));
}

// Of what this device shows, the one that `what` means; those that others edit too come more often.
const KnownRecord* choose(World& world, Device& device, std::uint64_t what) {
  std::vector<const KnownRecord*> here;
  for (const KnownRecord& known : world.model.records()) {
    const auto view = device.client->record(known.id);
    if (view && !view->deleted) here.push_back(&known);
  }
  if (here.empty()) return nullptr;
  return what % 3 == 0 ? here.back() : here[(what >> 8) % here.size()];
}

std::string field_of(const KnownRecord& record, std::uint64_t what) {
  if (record.form == "recommendation") return what % 4 == 0 ? "number" : what % 4 == 1 ? "source" : "text";
  if (record.form == "outreach_session") return "note";
  return what % 4 == 0 ? "place" : "narrative";
}

void edit(World& world, Device& device, const Step& step) {
  const KnownRecord* known = choose(world, device, step.what);
  if (known == nullptr) return;
  const std::string field = field_of(*known, step.what >> 4);
  Fact fact{0, known->id, field, world.model.new_text(field), standing_texts(device, known->id, field)};
  const auto done = device.client->edit({known->id, {{field, fact.text}}, {}, {}, {}});
  if (!done && done.error().code == Code::kDenied) world.coverage.count("outcomes", "edit denied");
  world.went("edit", done);
  remember(world, device, std::move(fact), done);
}

void resolve(World& world, Device& device, const Step& step) {
  const auto conflicts = device.client->conflicts();
  if (!world.went("conflicts", conflicts) || conflicts->empty()) return;
  const Conflict& one = (*conflicts)[step.what % conflicts->size()];
  world.coverage.count("outcomes", "conflict seen");
  if (one.values.size() < 2) world.violate("no loss", "a conflict of " + one.field + " has fewer than two values");
  if (world.model.record(one.record) == nullptr) return;
  Fact fact{0, one.record, one.field, world.model.new_text("settled"), standing_texts(device, one.record, one.field)};
  const auto done = device.client->resolve(one.record, one.field, fact.text);
  world.went("resolve", done);
  remember(world, device, std::move(fact), done);
}

void delete_record(World& world, Device& device, const Step& step) {
  const KnownRecord* known = choose(world, device, step.what);
  if (known == nullptr) return;
  const auto done = device.client->remove(known->id);
  if (world.went("remove a record", done) || device.disk.dead()) world.model.record(known->id)->deleted = true;
}

void erase(World& world, Device& device, const Step& step) {
  const KnownRecord* known = choose(world, device, step.what);
  if (known != nullptr) erase_record(world, device, known->id);
}
// What a later version might write: a field and a form that nobody here knows.
void write_as_a_newer_app(World& world, Device& device, const Step& step) {
  const KnownRecord* known = choose(world, device, step.what);
  if (known == nullptr) return;
  client::Home& home = device.home();
  const auto row = home.records->load(known->id);
  if (!row || !*row || (*row)->compartment != home.own_compartment()) return;
  constexpr std::uint32_t kLaterField = 900;
  changes::SetField later{known->id, kLaterField, world.model.new_text("a later version"), (*row)->merged.dots_of(kLaterField)};
  Result<> done;
  {
    store::Transaction transaction(*home.database);
    done = transaction.started();
    if (done) {
      const auto chain = home.chains->open((*row)->compartment, home.identity.log);
      if (chain) {
        changes::ChangeSet set{(*chain)->applied_seq + 1, home.hybrid_clock->next(), {later, changes::UnknownOperation{{90, 1, 2}}}, {}};
        done = home.records->apply(**chain, set);
      }
      if (done) done = transaction.commit();
    }
  }
  if (!done) static_cast<void>(home.reload());
  if (world.went("a later version writes", done)) world.coverage.count("outcomes", "field of a later version");
}

void import_form(World& world, Device& device, const Step& step) {
  const std::string name = "water_" + std::to_string(step.number);
  const auto done = device.client->import_form("name = \"" + name + "\"\ntitle.en = \"Water\"\nhome = \"notebook\"\n\n[[fields]]\nid = 10\n"
                                               "name = \"depth\"\ntype = \"text\"\nlabel.en = \"Depth\"\n");
  world.went("import a form", done);
}

std::optional<changes::FieldState> state_of(Device& device, const RecordId& id, const std::string& field) {
  client::Home& home = device.home();
  const auto row = home.records->load(id);
  if (!row || !*row) return std::nullopt;
  const store::FormRef ref = home.forms.find((*row)->merged.form);
  const Field* known = ref.form != nullptr ? ref.form->field(field) : nullptr;
  const changes::FieldState* state = known != nullptr ? (*row)->merged.field(known->id, known->set) : nullptr;
  return state != nullptr ? std::optional(*state) : std::nullopt;
}

}  // namespace

void erase_record(World& world, Device& device, const RecordId& id) {
  const auto done = device.client->evidence().erase(id, world.model.new_text("reason"));
  const bool kept = world.went("erase", done);
  const bool perhaps = !kept && (device.disk.dead() || done.error().code == Code::kIo || done.error().code == Code::kDiskFull);
  KnownRecord& record = *world.model.record(id);
  if (kept || perhaps) record.erased = true;
  if (!kept) return;
  record.erased_for_sure = true;
  record.erased_by = device.number;
  record.erased_at = world.step;
}

std::set<RecordId> staying_with(Device& device) {
  std::set<RecordId> records;
  const auto outbox = device.client->outbox();
  for (const OutboxEntry& entry : outbox ? *outbox : std::vector<OutboxEntry>()) {
    if (entry.barred) records.insert(entry.record);
  }
  return records;
}

std::set<std::string> standing_texts(Device& device, const RecordId& id, const std::string& field) {
  std::set<std::string> texts;
  const auto state = state_of(device, id, field);
  if (state) std::ranges::transform(state->siblings, std::inserter(texts, texts.end()), [](const auto& one) { return to_text(one.value); });
  return texts;
}

std::optional<std::string> standing_winner(Device& device, const RecordId& id, const std::string& field) {
  const auto state = state_of(device, id, field);
  return state && !state->siblings.empty() ? std::optional(to_text(state->winner().value)) : std::nullopt;
}

Result<std::set<std::string>> past_texts(Device& device, const RecordId& record, const std::string& field) {
  HAKI_ASSIGN(const std::vector<HistoryEntry> history, device.client->history(record));
  std::set<std::string> texts;
  for (const HistoryEntry& entry : history) {
    if (entry.field == field && entry.value) texts.insert(to_text(*entry.value));
  }
  return texts;
}

void act_on_records(World& world, Device& device, const Step& step) {
  switch (step.act) {
    case Act::kRecord: return record(world, device, step);
    case Act::kPublish: return publish(world, device, step);
    case Act::kEdit: return edit(world, device, step);
    case Act::kDelete: return delete_record(world, device, step);
    case Act::kResolve: return resolve(world, device, step);
    case Act::kNewerApp: return write_as_a_newer_app(world, device, step);
    case Act::kErase: return erase(world, device, step);
    case Act::kForm: return import_form(world, device, step);
    case Act::kReview: {
      static constexpr const char* kVerdicts[] = {"approved", "has_issues", "rejected"};
      const KnownRecord* known = choose(world, device, step.what);
      if (known == nullptr) return;
      const auto done = device.client->review(known->id, kVerdicts[step.what % 3], "HAKIMARK because");
      world.went("review", done);
      return;
    }
    case Act::kSubmit: {
      const KnownRecord* known = choose(world, device, step.what);
      if (known == nullptr) return;
      const auto done = device.client->submit(std::vector<RecordId>{known->id});
      world.went("submit", done);
      return;
    }
    default: return;
  }
}

}  // namespace haki::simulation
