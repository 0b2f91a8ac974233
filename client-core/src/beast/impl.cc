// The compiled half of Asio and Beast, once for client and server: a file that uses them then takes seconds, not a minute.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
