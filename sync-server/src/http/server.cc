#include "http/server.h"

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/log.h"
#include "http/connection.h"

namespace haki::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

constexpr auto kStopWait = std::chrono::seconds(5);

Result<tcp::endpoint> endpoint_of(const Options& options) {
  error_code error;
  const auto address = net::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
  if (error) {
    return Error{Code::kInvalid, "'" + options.host +
                                     "' is not an address to listen on. Give an IP address, such as "
                                     "127.0.0.1, 0.0.0.0 or [::], or localhost."};
  }
  const bool plain = options.certificate_file.empty();
  if (plain && !address.is_loopback() && !options.allow_plain) {
    return Error{Code::kDenied,
                 "Plain HTTP is only served on this computer's own addresses. Give --tls-cert and --tls-key, or, "
                 "where a proxy in front ends TLS, --allow-plain-http."};
  }
  return tcp::endpoint(address, options.port);
}

Error tls_error(const std::string& file, const error_code& error) {
  return {Code::kInvalid, "TLS cannot start with " + file + ": " + error.message() +
                              ". Both files must be in PEM form, and "
                              "the key must belong to the certificate."};
}

Result<std::unique_ptr<net::ssl::context>> tls_context(const Options& options) {
  if (options.certificate_file.empty()) return std::unique_ptr<net::ssl::context>();
  auto context = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
  error_code error;
  context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
                           net::ssl::context::no_tlsv1_1 | net::ssl::context::single_dh_use,
                       error);
  if (error) return tls_error(options.certificate_file, error);
  context->use_certificate_chain_file(options.certificate_file, error);
  if (error) return tls_error(options.certificate_file, error);
  context->use_private_key_file(options.key_file, net::ssl::context::pem, error);
  if (error) return tls_error(options.key_file, error);
  return context;
}

class AsioServer final : public Server {
 public:
  AsioServer(const Options& options, Handler& handler, std::unique_ptr<net::ssl::context> tls)
      : shared_(handler, options.limits), tls_(std::move(tls)), loops_(make_loops(options.threads)) {
    acceptor_ = std::make_unique<tcp::acceptor>(loops_.front()->io);
    signals_ = std::make_unique<net::signal_set>(loops_.front()->io, SIGTERM, SIGINT);
  }

  ~AsioServer() override {
    signals_.reset();
    acceptor_.reset();
    for (const auto& loop : loops_) {
      const std::set<Connection*> connections = loop->connections;
      for (Connection* connection : connections) connection->abandon();
    }
  }

  Result<> open(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(net::socket_base::max_listen_connections, error);
    if (!error) return {};
    const std::string place = endpoint.address().to_string() + " port " + std::to_string(endpoint.port());
    if (error == net::error::address_in_use) {
      return Error{Code::kBusy, "Another program already listens on " + place + ". Choose another port with --listen."};
    }
    return Error{Code::kIo, "Cannot listen on " + place + ": " + error.message() + "."};
  }

  std::string url() const override {
    error_code ignored;
    const auto at = acceptor_->local_endpoint(ignored);
    const auto host = at.address().is_v6() ? "[" + at.address().to_string() + "]" : at.address().to_string();
    return std::string(tls_ ? "https://" : "http://") + host + ":" + std::to_string(at.port());
  }

  void run() override {
    signals_->async_wait([this](const error_code& error, int) {
      if (!error) begin_stop();
    });
    accept();
    std::vector<std::thread> threads;
    std::vector<net::executor_work_guard<net::io_context::executor_type>> work;
    for (const auto& loop : loops_) work.push_back(net::make_work_guard(loop->io));
    work_ = &work;
    for (std::size_t i = 1; i < loops_.size(); ++i) threads.emplace_back([&loop = *loops_[i]] { loop.io.run(); });
    loops_.front()->io.run();
    for (std::thread& thread : threads) thread.join();
  }

  void stop() override {
    net::post(loops_.front()->io, [this] {
      error_code ignored;
      signals_->cancel(ignored);
      begin_stop();
    });
  }

 private:
  void accept() {
    Loop& loop = *loops_[next_++ % loops_.size()];
    acceptor_->async_accept(loop.io, [this, &loop](const error_code& error, tcp::socket socket) {
      if (error == net::error::operation_aborted || !acceptor_->is_open()) return;
      if (error) return accept_later();
      error_code gone;
      const auto peer = socket.remote_endpoint(gone);
      if (!gone && shared_.enter(peer.address())) {
        net::post(loop.io, [this, &loop, address = peer.address(), socket = std::move(socket)]() mutable {
          std::make_shared<Connection>(shared_, loop, make_stream(std::move(socket), tls_.get()), address)->start();
        });
      }
      accept();
    });
  }

  // Out of descriptors or memory: what is open goes on, and the next one waits a moment.
  void accept_later() {
    base::log_warning("accept_failed");
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([this](const error_code& error) {
      if (!error) accept();
    });
  }

  // On the first loop. Every loop lets its connections finish and then has nothing left to run.
  void begin_stop() {
    base::log_info("stopping");
    error_code ignored;
    acceptor_->close(ignored);
    pause_.cancel();
    for (const auto& loop : loops_) {
      net::post(loop->io, [&loop = *loop] {
        loop.stopping = true;
        const std::set<Connection*> connections = loop.connections;
        for (Connection* connection : connections) connection->stop();
      });
    }
    work_->clear();
    limit_.expires_after(kStopWait);
    limit_.async_wait([this](const error_code& error) {
      if (error) return;
      for (const auto& loop : loops_) loop->io.stop();
    });
    watch_for_end();
  }

  // The limit's own timer would keep the first loop alive: it ends with the last connection.
  void watch_for_end() {
    {
      const std::lock_guard lock(shared_.mutex);
      if (shared_.connections == 0) {
        limit_.cancel();
        return;
      }
    }
    pause_.expires_after(std::chrono::milliseconds(10));
    pause_.async_wait([this](const error_code&) { watch_for_end(); });
  }

  static std::vector<std::unique_ptr<Loop>> make_loops(int threads) {
    std::vector<std::unique_ptr<Loop>> loops;
    for (int i = 0; i < std::max(1, threads); ++i) loops.push_back(std::make_unique<Loop>());
    return loops;
  }

  Shared shared_;
  std::unique_ptr<net::ssl::context> tls_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<net::signal_set> signals_;
  net::steady_timer pause_{loops_.front()->io};
  net::steady_timer limit_{loops_.front()->io};
  std::vector<net::executor_work_guard<net::io_context::executor_type>>* work_ = nullptr;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::listen(const Options& options, Handler& handler) {
  HAKI_ASSIGN(const auto endpoint, endpoint_of(options));
  HAKI_ASSIGN(auto tls, tls_context(options));
  auto server = std::make_unique<AsioServer>(options, handler, std::move(tls));
  HAKI_TRY(server->open(endpoint));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace haki::http
