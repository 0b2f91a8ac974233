// Verification: only another organisation than the rater's can say that a rating is right. What slips past this (another program, a
// changed one) is left out again where ratings are counted.
#include "client/editor.h"

namespace haki::client {

Result<> Editor::check_independent(const RecordId& rating) {
  HAKI_ASSIGN(const store::RecordRow row, require(rating));
  const store::FormRef ref = home_.forms.find(row.merged.form);
  if (ref.form == nullptr || ref.form->name != "rating") return Error{Code::kInvalid, "Only ratings are verified; this record is none."};
  if (row.state == "draft") return Error{Code::kInvalid, "This rating is still a draft of its author; it can be verified once it is submitted."};
  const DeviceId rater = home_.device_of(row.author);
  const std::string raters = home_.organisation_of(rater), own = home_.organisation_of(home_.device);
  if (rater == home_.device || (!own.empty() && own == raters)) {
    return Error{Code::kDenied, "This rating is of " + (own.empty() ? "this device" : "your own organisation, " + own) +
                                    ". Only somebody of another organisation can verify it."};
  }
  if (own.empty()) {
    return Error{Code::kDenied, "This device is of no organisation, so nobody could tell that you are independent. A lead names it when "
                                "inviting you: haki invite --organisation."};
  }
  return {};
}

Result<RecordId> Editor::verify_rating(const RecordId& rating, std::vector<FieldInput> findings) {
  HAKI_TRY(check_independent(rating));
  findings.push_back({"rating", to_hex(rating)});
  findings.push_back({"independent", "yes"});
  return create({"verification", std::move(findings), {}, true, {}});
}

}  // namespace haki::client
