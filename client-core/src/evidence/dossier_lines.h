// The files of a dossier that programs read, as text and back: JSON in lines of one spelling each (spec 82-dossier).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/custody.h"
#include "haki/dossier.h"

namespace haki::evidence {

inline constexpr std::string_view kDossierFacts = "dossier.json";
inline constexpr std::string_view kDossierKeys = "keys.jsonl";
inline constexpr std::string_view kDossierList = "files.jsonl";
inline constexpr std::string_view kDossierCustody = "custody.jsonl";
inline constexpr std::string_view kDossierCustodySignatures = "custody.signatures";
inline constexpr std::string_view kDossierLeftOutList = "left-out.jsonl";
inline constexpr std::string_view kDossierSigner = "signer.pub";
// What every dossier has, and what is read first.
inline constexpr std::array kDossierTexts{kDossierFacts,   kDossierKeys,         kDossierList,  kDossierCustody,
                                          kDossierCustodySignatures, kDossierLeftOutList, kDossierSigner};

std::string_view relation_name(Relation relation);  // as name_of(), which is the client's

// Whether a file of a dossier may have this name: ASCII, at most one folder, nothing that a file system takes for another name.
bool is_dossier_name(std::string_view name);

// Of MANIFEST.sha256: empty where it is not sorted, not in its one spelling, or names itself.
std::optional<std::map<std::string, Hash>> read_dossier_manifest(std::string_view text);

// Each fills its part of the material; false where the text is not its one spelling.
bool read_dossier_facts(std::string_view text, DossierMaterial& into);
bool read_dossier_keys(std::string_view text, DossierMaterial& into);
bool read_dossier_list(std::string_view text, DossierMaterial& into);
bool read_dossier_left_out(std::string_view text, DossierMaterial& into);
// Elements of custody (spec 13) in the order they stand.
std::optional<std::vector<std::string>> read_dossier_custody(std::string_view lines, std::string_view signatures);

// What the signature says beside the manifest: "haki dossier {id} coalition {coalition} at {at}".
std::string dossier_trusted_comment(const DossierMaterial& material);

}  // namespace haki::evidence
