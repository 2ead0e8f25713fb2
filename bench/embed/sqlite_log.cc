// SQLite with a table as a log: write-ahead log, synchronous=NORMAL, which leaves commits in the
// page cache until the next checkpoint; synchronous=FULL syncs each. Readers have a connection of
// their own.
#include <sqlite3.h>

#include "peer_log.h"

namespace embedded {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

void must(int code, sqlite3* database) {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
    die(std::string("SQLite: ") + sqlite3_errmsg(database));
  }
}

Database open_database(const std::string& path) {
  sqlite3* database = nullptr;
  must(sqlite3_open(path.c_str(), &database), database);
  sqlite3_busy_timeout(database, 10'000);
  return Database(database);
}

void run(const Database& database, const char* sql) {
  must(sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr), database.get());
}

Statement prepare(const Database& database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  must(sqlite3_prepare_v2(database.get(), sql, -1, &statement, nullptr), database.get());
  return Statement(statement);
}

class SqliteReader final : public PeerReader {
 public:
  explicit SqliteReader(const std::string& path)
      : database_(open_database(path)),
        select_(prepare(database_,
                        "SELECT number, value FROM log WHERE number > ? ORDER BY number "
                        "LIMIT 100000")) {}

  Taken take() override {
    Taken taken;
    sqlite3_bind_int64(select_.get(), 1, last_);
    int code = SQLITE_DONE;
    while ((code = sqlite3_step(select_.get())) == SQLITE_ROW) {
      last_ = sqlite3_column_int64(select_.get(), 0);
      if (!sqlite3_column_blob(select_.get(), 1)) die("a record without a value");
      ++taken.records;
      taken.bytes += sqlite3_column_bytes(select_.get(), 1);
    }
    must(code, database_.get());
    sqlite3_reset(select_.get());
    return taken;
  }

 private:
  const Database database_;
  const Statement select_;
  sqlite3_int64 last_ = 0;
};

class SqliteLog final : public PeerLog {
 public:
  SqliteLog(const std::string& path, Durability durability)
      : path_(path), database_(open_database(path)) {
    run(database_, "PRAGMA journal_mode=WAL");
    run(database_,
        durability == Durability::disk ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    run(database_,
        "CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY, value BLOB NOT NULL)");
    insert_ = prepare(database_, "INSERT INTO log (value) VALUES (?)");
    begin_ = prepare(database_, "BEGIN");
    commit_ = prepare(database_, "COMMIT");
  }

  void append(std::span<const std::string_view> values) override {
    if (values.size() > 1) step(begin_);
    for (const std::string_view value : values) {
      sqlite3_bind_blob(insert_.get(), 1, value.data(), static_cast<int>(value.size()),
                        SQLITE_STATIC);
      step(insert_);
    }
    if (values.size() > 1) step(commit_);
  }
  std::unique_ptr<PeerReader> reader() override { return std::make_unique<SqliteReader>(path_); }

 private:
  void step(const Statement& statement) {
    must(sqlite3_step(statement.get()), database_.get());
    sqlite3_reset(statement.get());
  }

  const std::string path_;
  const Database database_;
  Statement insert_;
  Statement begin_;
  Statement commit_;
};

}  // namespace

Peer sqlite_peer() {
  return {.open = [](const std::string& place, Durability durability) {
    return std::make_unique<SqliteLog>(place, durability);
  }};
}

}  // namespace embedded
