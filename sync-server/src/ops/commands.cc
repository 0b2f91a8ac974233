#include "ops/commands.h"

#include <cstdio>
#include <ctime>
#include <exception>

#include <CLI/CLI.hpp>

namespace haki::ops {
namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "haki-server: %s\n", error.message.c_str());
  return error.code == Code::kInvalid || error.code == Code::kDenied || error.code == Code::kUnsupported ? 2 : 1;
}

int print(const Result<std::string>& text) {
  if (!text) return fail(text.error());
  std::printf("%s%s", text->c_str(), text->ends_with('\n') ? "" : "\n");
  return 0;
}

std::string utc_time(std::int64_t time_ms) {
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

struct Options {
  Settings settings;
  std::string config;
  std::string data;
  std::string name_hint;
  std::vector<std::string> files;
  std::string answers;
  std::int64_t days = 90;
  bool dry_run = false;
  bool read_blobs = false;
  bool json = false;
  int exit_code = 0;
};

void add_data(CLI::App& command, Options& options) {
  command.add_option("--data", options.data, "The server's data directory")->required()->type_name("DIR");
}

// The file first, then what the command line says on top of it.
Result<> with_config(const CLI::App& command, Options& options) {
  if (options.config.empty()) return {};
  Settings merged;
  HAKI_TRY(read_config(options.config, merged));
  const Settings& given = options.settings;
  const auto said = [&](const char* name) { return command.get_option(name)->count() > 0; };
  if (said("--data")) merged.data = given.data;
  if (said("--listen")) merged.listen = given.listen;
  if (said("--storage")) merged.storage = given.storage;
  if (said("--tls-cert")) merged.tls_cert = given.tls_cert;
  if (said("--tls-key")) merged.tls_key = given.tls_key;
  if (said("--allow-plain-http")) merged.allow_plain_http = given.allow_plain_http;
  if (said("--threads")) merged.threads = given.threads;
  options.settings = merged;
  return {};
}

void add_serve(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("serve", "Serve coalitions until stopped");
  Settings& settings = options.settings;
  command.add_option("--data", settings.data, "Where the server keeps its data")->type_name("DIR");
  command.add_option("--listen", settings.listen, "Address and port; port 0 takes a free one")->type_name("HOST:PORT");
  command.add_option("--config", options.config, "A TOML file with the same settings")->type_name("FILE");
  command.add_option("--storage", settings.storage, "sqlite")->type_name("KIND");
  command.add_option("--tls-cert", settings.tls_cert, "Certificate chain, PEM")->type_name("FILE");
  command.add_option("--tls-key", settings.tls_key, "Its private key, PEM")->type_name("FILE");
  command.add_flag("--allow-plain-http", settings.allow_plain_http,
                   "Plain HTTP beyond this computer, for a proxy that ends TLS");
  command.add_option("--threads", settings.threads, "Threads that answer requests")->check(CLI::Range(1, 64));
  command.footer(
      "Example: haki-server serve --data /var/lib/haki --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem");
  command.callback([&command, &options] {
    const auto merged = with_config(command, options);
    if (!merged) {
      options.exit_code = fail(merged.error());
      return;
    }
    const auto served = serve(options.settings);
    if (!served) options.exit_code = fail(served.error());
  });
}

void add_coalition(CLI::App& app, Options& options) {
  CLI::App& coalition = *app.add_subcommand("coalition", "Let a coalition be founded here");
  coalition.require_subcommand(1);
  CLI::App& command = *coalition.add_subcommand("create", "Print a founding token: good once, for 14 days");
  add_data(command, options);
  command.add_option("--name-hint", options.name_hint, "For the operator's own records; clients never see it")
      ->required()
      ->type_name("TEXT");
  command.add_flag("--json", options.json, "Print {\"token\", \"expires\"}");
  command.footer("Example: haki-server coalition create --data /var/lib/haki --name-hint 'Lake region'");
  coalition.footer("Example: haki-server coalition create --data /var/lib/haki --name-hint 'Lake region'");
  command.callback([&options] {
    const auto created = create_coalition_token(options.data, options.name_hint);
    if (!created) {
      options.exit_code = fail(created.error());
    } else if (options.json) {
      std::printf("{\"token\":\"%s\",\"expires\":\"%s\"}\n", created->token.c_str(),
                  utc_time(created->expires_ms).c_str());
    } else {
      std::printf("%s\n", created->token.c_str());
    }
  });
}

void add_check(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("check", "Check the database, every membership log and attachments' files");
  add_data(command, options);
  command.add_flag("--blobs", options.read_blobs, "Read every attachment, too: that takes as long as its disk takes");
  command.footer("Example: haki-server check --data /var/lib/haki --blobs");
  command.callback([&options] { options.exit_code = print(check(options.data, options.read_blobs)); });
}

void add_stats(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("stats", "Count what is kept");
  add_data(command, options);
  command.footer("Example: haki-server stats --data /var/lib/haki");
  command.callback([&options] { options.exit_code = print(stats(options.data)); });
}

void add_compact(CLI::App& app, Options& options) {
  CLI::App& command = *app.add_subcommand("compact", "Let go of content that snapshots of two leads tell as well; headers stay");
  add_data(command, options);
  command.add_option("--days", options.days, "Only of what came longer ago than this")->check(CLI::Range(1, 36500));
  command.add_flag("--dry-run", options.dry_run, "Say what would be let go of, and change nothing");
  command.add_flag("--json", options.json, "Print {\"compartments\", \"items\", \"bytes\"}");
  command.footer("Example: haki-server compact --data /var/lib/haki --dry-run");
  command.callback([&options] {
    const auto done = compact(options.data, options.days, options.dry_run);
    if (!done) {
      options.exit_code = fail(done.error());
    } else if (options.json) {
      std::printf("{\"compartments\":%llu,\"items\":%llu,\"bytes\":%llu}\n", static_cast<unsigned long long>(done->compartments),
                  static_cast<unsigned long long>(done->items), static_cast<unsigned long long>(done->bytes));
    } else {
      std::printf("%s\n", done->in_words.c_str());
    }
  });
}

void print_bundles(const BundlesIn& taken, Options& options) {
  for (const BundlesIn::One& one : taken.files) {
    std::printf("%s\n", one.in_words.c_str());
    if (one.waits && options.exit_code == 0) options.exit_code = 3;
    if (!one.taken && !one.waits) options.exit_code = 1;
  }
}

void add_bundle(CLI::App& app, Options& options) {
  CLI::App& bundle = *app.add_subcommand("bundle", "Take in files that travelled by hand");
  bundle.require_subcommand(1);
  CLI::App& command = *bundle.add_subcommand("in", "Keep what the files bring, and write the answers for their devices");
  command.add_option("FILE", options.files, "Made by haki bundle out")->required();
  command.add_option("--data", options.settings.data, "The server's data directory")->type_name("DIR");
  command.add_option("--config", options.config, "The server's settings file, for its quotas")->type_name("FILE");
  command.add_option("--answer", options.answers, "Where the answers go, to be carried back")->type_name("DIR");
  command.footer("Exit 3: a file waits for another part, or for a lead to let its device in; take it in again then.\n"
                 "Example: haki-server bundle in --data /var/lib/haki --answer /media/stick /media/stick/bundle-*.haki");
  bundle.footer("Example: haki-server bundle in --data /var/lib/haki --answer /media/stick /media/stick/bundle-*.haki");
  command.callback([&command, &options] {
    Settings settings;
    const auto read = options.config.empty() ? Result<>() : read_config(options.config, settings);
    if (command.get_option("--data")->count() > 0) settings.data = options.settings.data;
    const auto taken = read ? take_bundles(settings, options.files, options.answers) : Result<BundlesIn>(read.error());
    if (!taken) options.exit_code = fail(taken.error());
    else print_bundles(*taken, options);
  });
}

void add_later(CLI::App& app, Options& options, const char* name, const char* what, const char* example) {
  CLI::App& command = *app.add_subcommand(name, what);
  command.allow_extras();
  command.footer("Example, once it is there: haki-server " + std::string(example));
  command.callback([&options, name] {
    options.exit_code =
        fail({Code::kUnsupported, std::string("'") + name + "' is not in this version yet; a later one brings it."});
  });
}

int parse_and_run(int argument_count, char** arguments) {
  CLI::App app(
      "haki-server: keeps what a coalition's devices send each other, sealed, and gives it to those who may have it");
  app.footer("Example: haki-server serve --data /var/lib/haki --listen 127.0.0.1:8443");
  app.require_subcommand(1);
  Options options;
  add_serve(app, options);
  add_coalition(app, options);
  add_check(app, options);
  add_stats(app, options);
  add_compact(app, options);
  add_bundle(app, options);
  add_later(app, options, "backup", "Copy the data while the server runs",
            "backup --data /var/lib/haki --to /mnt/backup");
  add_later(app, options, "restore", "Bring a backup back", "restore --data /var/lib/haki --from /mnt/backup");
  add_later(app, options, "config", "Show the settings in force", "config --config haki.toml");
  add_later(app, options, "migrate-storage", "Move to another kind of storage", "migrate-storage --data /var/lib/haki");
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return options.exit_code;
}

}  // namespace

int run(int argument_count, char** arguments) {
  try {
    return parse_and_run(argument_count, arguments);
  } catch (const std::exception&) {  // of a library: out of memory, for the most part; what it says may name content
    return fail(
        {Code::kIo,
         "haki-server had to stop: a library failed, probably for want of memory. What was acknowledged is kept."});
  }
}

}  // namespace haki::ops
