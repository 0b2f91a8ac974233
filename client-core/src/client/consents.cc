// Reading what the rules of consent ask for (spec 83-consent): consents by id, who names whom, and what of a record matters.
#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "client/attachments.h"
#include "client/consent_rules.h"
#include "client/editor.h"
#include "client/reader.h"

namespace haki {
namespace client {

// The fields of a form that matter here.
struct ConsentRoles {
  std::vector<const Field*> consents, parents;
  const Field* kind = nullptr;
  const Field* disclosure = nullptr;
  std::vector<std::pair<const Group*, const Field*>> of_rows;  // consents named in rows of a group
  bool any() const { return !consents.empty() || !parents.empty() || disclosure != nullptr || !of_rows.empty(); }
};

}  // namespace client

namespace {

using client::ConsentFacts;
using client::ConsentRoles;
using client::RecordFacts;
using client::standing;

// Longer chains of corrections cannot be judged.
constexpr int kChainMax = 64;

constexpr std::pair<std::string_view, std::string_view> kBelongsTo[] = {
    {"evidence", "observation"}, {"evidence", "supersedes"}, {"review", "record"}};

bool names_consent(const Field& field) { return field.type == FieldType::kLink && field.link_form == "consent"; }

ConsentRoles roles_of(const Form& form) {
  ConsentRoles roles;
  for (const Field& field : form.fields) {
    if (names_consent(field)) roles.consents.push_back(&field);
    if (std::ranges::find(kBelongsTo, std::pair(std::string_view(form.name), std::string_view(field.name))) != std::end(kBelongsTo)) {
      roles.parents.push_back(&field);
    }
    if (form.name == "evidence" && field.name == "kind") roles.kind = &field;
    if (field.name == "disclosure" && field.type == FieldType::kChoice) roles.disclosure = &field;
  }
  for (const Group& group : form.groups) {
    for (const Field& field : group.fields) {
      if (names_consent(field)) roles.of_rows.emplace_back(&group, &field);
    }
  }
  return roles;
}

std::vector<Value> shown(const RecordView& record, const Field& field) {
  const FieldView* view = record.field(field.name);
  return view == nullptr ? std::vector<Value>() : view->values;
}

void add_links(const std::vector<Value>& values, std::vector<RecordId>& to) {
  for (const Value& value : values) {
    const auto* id = std::get_if<RecordId>(&value);
    if (id != nullptr && std::ranges::find(to, *id) == to.end()) to.push_back(*id);
  }
}

}  // namespace

struct Consents::Book {
  explicit Book(client::Home& of) : home(of) {}

  // What a field of a record holds.
  using Values = std::function<std::vector<Value>(const Field&)>;

  Result<> read_consents() {
    if (read_) return {};
    const Form& form = *model::built_in_form("consent");
    store::Selection selection;
    selection.form = form.id;
    selection.hidden_too = true;
    HAKI_TRY(home.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
      const ConsentFacts facts = client::facts_of_consent(row.merged);
      const auto [at, fresh] = consents.emplace(row.merged.id, facts);
      if (!fresh) at->second.narrow(facts);
      std::vector<RecordId> observations;
      add_links(standing(row.merged, *form.field("observation")), observations);
      for (const RecordId& one : observations) naming_[one].push_back(row.merged.id);
      return true;
    }));
    read_ = true;
    return {};
  }

  // Evidence that an observation lists belongs to it, whether or not it says so itself.
  Result<> read_listings() {
    if (listings_read_) return {};
    const Form& form = *model::built_in_form("observation");
    store::Selection selection;
    selection.form = form.id;
    selection.hidden_too = true;
    HAKI_TRY(home.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
      std::vector<RecordId> evidence;
      add_links(standing(row.merged, *form.field("evidence")), evidence);
      for (const RecordId& one : evidence) listing_[one].push_back(row.merged.id);
      return true;
    }));
    listings_read_ = true;
    return {};
  }

  const ConsentRoles& roles(const Form& form) {
    const auto found = roles_.find(form.name);
    return found != roles_.end() ? found->second : roles_.emplace(form.name, roles_of(form)).first->second;
  }

  Result<RecordFacts> facts(const RecordView& view, int depth = 0) {
    HAKI_TRY(read_consents());
    RecordFacts facts;
    if (const auto named = naming_.find(view.id); named != naming_.end()) facts.own = named->second;
    if (view.form == "consent") {
      facts.is_consent = true;
      facts.own.push_back(view.id);
    }
    const Form* form = home.forms.by_name(view.form);
    if (form == nullptr) return facts;
    const ConsentRoles& roles = this->roles(*form);
    if (!roles.any()) return facts;
    std::vector<RecordId> parents;
    add_fields(roles, [&](const Field& field) { return shown(view, field); }, facts, parents);
    if (!view.conflicts.empty()) {
      HAKI_ASSIGN(const auto row, home.records->load(view.id));
      if (row) add_fields(roles, [&](const Field& field) { return standing(row->merged, field); }, facts, parents);
    }
    HAKI_TRY(add_rows(roles, view, facts));
    if (view.form == "evidence") {
      HAKI_TRY(read_listings());
      if (const auto listed = listing_.find(view.id); listed != listing_.end()) {
        parents.insert(parents.end(), listed->second.begin(), listed->second.end());
      }
    }
    for (const RecordId& parent : parents) {
      HAKI_ASSIGN(const RecordFacts of_parent, parent_facts(parent, depth + 1));
      facts.inherit(of_parent);
    }
    return facts;
  }

  client::Home& home;
  client::ConsentsById consents;

 private:
  static void add_fields(const ConsentRoles& roles, const Values& values, RecordFacts& facts, std::vector<RecordId>& parents) {
    for (const Field* field : roles.consents) add_links(values(*field), facts.own);
    for (const Field* field : roles.parents) add_links(values(*field), parents);
    if (roles.disclosure != nullptr) {
      for (const Value& code : values(*roles.disclosure)) facts.disclosures.push_back(to_text(code));
    }
    for (const Value& kind : roles.kind != nullptr ? values(*roles.kind) : std::vector<Value>()) {
      const std::string code = to_text(kind);
      facts.picture |= code == "photo" || code == "audio" || code == "video";
      facts.statement |= code == "testimony";
    }
  }

  Result<> add_rows(const ConsentRoles& roles, const RecordView& view, RecordFacts& facts) {
    for (const auto& [group, field] : roles.of_rows) {
      for (const GroupView& rows : view.groups) {
        if (rows.name != group->name) continue;
        for (const RecordView& row : rows.rows) {
          add_links(shown(row, *field), facts.own);
          if (row.conflicts.empty()) continue;
          HAKI_ASSIGN(const auto child, home.records->load(row.id));
          if (child) add_links(standing(child->merged, *field), facts.own);
        }
      }
    }
    return {};
  }

  // Kept, as many reviews and files are of one record.
  Result<RecordFacts> parent_facts(const RecordId& id, int depth) {
    const auto known = of_parents_.find(id);
    if (known != of_parents_.end()) return known->second;
    RecordFacts of_parent;
    of_parent.not_here = true;
    if (depth <= kChainMax && under_way_.insert(id).second) {
      const auto view = client::Reader(home).record(id);
      if (view) {
        HAKI_ASSIGN(of_parent, facts(*view, depth));
      } else if (view.error().code != Code::kNotFound) {
        return view.error();
      }
      under_way_.erase(id);
      if (under_way_.empty()) of_parents_.emplace(id, of_parent);
    } else if (depth <= kChainMax) {
      of_parent.not_here = false;  // a circle: it is being asked about already
    }
    return of_parent;
  }

  bool read_ = false, listings_read_ = false;
  std::unordered_map<RecordId, std::vector<RecordId>> naming_;   // by observation: consents
  std::unordered_map<RecordId, std::vector<RecordId>> listing_;  // by evidence: observations
  std::unordered_map<RecordId, RecordFacts> of_parents_;
  std::unordered_set<RecordId> under_way_;
  std::map<std::string, client::ConsentRoles, std::less<>> roles_;
};

Consents::Consents(client::Home& home) : book_(std::make_unique<Book>(home)) {}
Consents::Consents(Consents&&) noexcept = default;
Consents::~Consents() = default;

Result<ConsentJudgement> Consents::may_leave(const RecordId& record, Purpose purpose) {
  HAKI_ASSIGN(const RecordView view, client::Reader(book_->home).record(record));
  return may_leave(view, purpose);
}

Result<ConsentJudgement> Consents::may_leave(const RecordView& record, Purpose purpose) {
  HAKI_ASSIGN(const RecordFacts facts, book_->facts(record));
  return client::judge(facts, book_->consents, purpose);
}

Result<std::vector<RecordId>> Consents::records_under(const RecordId& consent) {
  std::vector<RecordId> records;
  HAKI_TRY(book_->read_consents());
  for (const Form* form : book_->home.forms.all()) {
    if (!book_->roles(*form).any()) continue;
    Query query;
    query.form = form->name;
    query.drafts = true;
    HAKI_TRY(client::Reader(book_->home).visit(query, [&](RecordView&& view) -> Result<bool> {
      HAKI_ASSIGN(const ConsentJudgement judgement, may_leave(view, Purpose::kCoalition));
      if (std::ranges::find(judgement.consents, consent) != judgement.consents.end()) records.push_back(view.id);
      return true;
    }));
  }
  return records;
}

Result<std::vector<LeftOutForConsent>> Consents::left_out_of_dossier(std::span<const RecordId> records,
                                                                     std::span<const RecordId> attachments, Purpose purpose) {
  std::vector<LeftOutForConsent> left_out;
  std::unordered_set<RecordId> asked(attachments.begin(), attachments.end());
  for (const RecordId& id : records) {
    HAKI_ASSIGN(const RecordView view, client::Reader(book_->home).record(id));
    HAKI_ASSIGN(const RecordFacts facts, book_->facts(view));
    const ConsentJudgement judgement = client::judge(facts, book_->consents, purpose);
    if (!judgement.allowed()) left_out.push_back({id, std::nullopt, judgement.why});
    HAKI_ASSIGN(const std::vector<AttachmentView> files, client::Attachments(book_->home).list(id));
    for (const AttachmentView& file : files) {
      if (asked.erase(file.id) == 0) continue;
      Withheld why = judgement.why;
      if (why == Withheld::kNot) why = client::judge_file(facts, book_->consents, file.facts.media_type, file.relation, purpose);
      if (why != Withheld::kNot) left_out.push_back({id, file.id, why});
    }
  }
  if (asked.empty()) return left_out;
  return Error{Code::kNotFound, "The attachment " + to_hex(*asked.begin()).substr(0, 8) + " belongs to none of these records."};
}

}  // namespace haki
