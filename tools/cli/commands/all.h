// One function for each command, each in a file of its own (families that share their text share a file).
#pragma once

#include <vector>

#include "cli/command.h"

namespace haki::cli::commands {

Command found();
Command invite();
Command join();
Command rejoin();
Command member_list();
Command member_pending();
Command member_admit();
Command member_remove();
Command member_suspend();
Command member_role();
Command member_agree();
Command device_list();
Command device_revoke();
Command recovery_kit();
Command recovery_split();
Command recovery_drill();
Command recovery_restore();
Command endpoint_show();
Command endpoint_set();
Command compartment_list();
Command compartment_new();
Command compartment_grant();
Command compartment_withdraw();
Command compartment_close();
Command quarantine_list();
Command quarantine_show();
Command quarantine_accept();
Command quarantine_refuse();
Command unlock();
Command lock();
Command passphrase_change();
Command passphrase_duress();
Command policy_show();
Command policy_set();
Command wipe();
Command form_list();
Command form_show();
Command form_import();
Command recommendation_import();
Command recommendation_list();
Command recommendation_show();
Command recommendation_cluster();
Command recommendation_merge();
Command recommendation_unmerge();
Command recommendation_link();
Command import_file();
Command theme_list();
Command theme_map();
Command new_record();
Command edit();
Command submit();
Command show();
Command list();
Command search();
Command remove();
Command attachment_list();
Command attachment_missing();
Command attachment_add();
Command attachment_get();
Command attachment_redact();
Command attachment_check();
Command strip();
Command sync();
Command bundle_out();
Command bundle_in();
Command status();
Command outbox();
Command consent_show();
Command consent_withdraw();
Command conflict_list();
Command conflict_show();
Command conflict_resolve();
Command review_queue();
Command review_approve();
Command review_return();
Command review_reject();
Command verify_rating();
Command scorecard_show();
Command scorecard_templates();
Command scorecard_template();
Command report();
Command early_warning();
// One for each kind of file.
std::vector<Command> exports_of_all_kinds();
Command completion();
Command export_dossier();
Command verify_dossier();
Command version();

// Commands of the contract that a later version brings: known, named in --help, exit 2.
std::vector<Command> later();

}  // namespace haki::cli::commands
