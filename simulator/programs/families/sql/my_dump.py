"""mysqldump and mariadb-dump: tables as statements.   Source: the output of mysqldump 8.4."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...process import Process
from . import prompt
from .shown import NUMBERS
from .system import SCHEMAS

_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0",
            "\x1a": "\\Z"}  # fmt: skip
_BEGIN = """
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
"""
_END = """/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;
"""
MAX_STATEMENT = 1 << 20
"""Characters of one INSERT: net_buffer_length of the client."""


class DumpError(Exception):
    """What ends a dump: the words and the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.text, self.code = text, code


def dump(p: Process, name: str, given: dict[str, str], operands: list[str]) -> None:
    """Carry out a dump of the databases or tables that are named."""
    many = "databases" in given or "B" in given
    every = "all-databases" in given or "A" in given
    if not operands and not every:
        p.err(f"Usage: {name} [OPTIONS] database [tables]\nOR     {name} [OPTIONS] --databases "
              f"[OPTIONS] DB1 [DB2 DB3...]\nOR     {name} [OPTIONS] --all-databases [OPTIONS]\n"
              f"For more options, use {name} --help\n")  # fmt: skip
        prompt.leave(p, 1)
        return
    try:
        text = _whole(p, name, given, operands, many, every)
    except DumpError as error:
        p.err(f"{name}: {error.text}\n")
        prompt.leave(p, error.code)
        return
    path = given.get("result-file") or given.get("r")
    if path:
        p.view.write(path, text, p.cwd, uid=p.uid, gid=int(p.row["gid"]))
    else:
        p.out(text)
    prompt.leave(p, 0)


def _ask(p: Process, sql: str) -> dict[str, Any]:
    answer = prompt.ask(p, {"sql": sql})
    fault = answer.get("error")
    if fault is not None:
        raise DumpError(f"Couldn't execute '{sql}': {fault['message']} ({fault['code']})", 2)
    return answer


def _use(p: Process, base: str) -> None:
    fault = prompt.ask(p, {"sql": f"USE `{base}`"}).get("error")
    if fault is not None:
        raise DumpError(f"Got error: {fault['code']}: {fault['message']} when selecting the "
                        "database", 2)  # fmt: skip


def _whole(
    p: Process, name: str, given: dict[str, str], operands: list[str], many: bool, every: bool
) -> str:
    maria = name.startswith("mariadb") or "MariaDB" in str(p.state.get("version", ""))
    version = str(_ask(p, "SELECT version()")["rows"][0][0])
    compact = "compact" in given
    comments = not compact and "skip-comments" not in given
    bases = [row[0] for row in _ask(p, "SHOW DATABASES")["rows"] if row[0] not in SCHEMAS] if (
        every) else operands if many else operands[:1]  # fmt: skip
    shown = "" if many or every else bases[0]
    own = f"10.19-{version.removesuffix('-ubu2404')}, for debian-linux-gnu" if maria else (
        f"10.13  Distrib {version}, for Linux")  # fmt: skip
    text = ""
    if comments:
        text = "/*M!999999\\- enable the sandbox mode */ \n" if maria else ""
        text += (f"-- {'MariaDB' if maria else 'MySQL'} dump {own} (x86_64)\n--\n-- Host: "
                 f"{p.state['host'] or 'localhost'}    Database: {shown}\n-- {'-' * 54}\n"
                 f"-- Server version\t{version}\n")  # fmt: skip
    text += "" if compact else _BEGIN
    for base in bases:
        _use(p, base)
        if many or every:
            text += _database(base, given, comments)
        text += _tables(p, base, given, [] if many or every else operands[1:], comments, compact)
    text += "" if compact else _END
    if comments and "skip-dump-date" not in given:
        moment = p.engine.start + timedelta(microseconds=p.engine.now_us)
        text += f"\n-- Dump completed on {moment.strftime('%Y-%m-%d %H:%M:%S')}\n"
    return text


def _database(base: str, given: dict[str, str], comments: bool) -> str:
    text = f"\n--\n-- Current Database: `{base}`\n--\n\n" if comments else "\n"
    if "add-drop-database" in given:
        text += f"/*!40000 DROP DATABASE IF EXISTS `{base}`*/;\n\n"
    if "no-create-db" not in given and "n" not in given:
        text += (f"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `{base}` /*!40100 DEFAULT CHARACTER "
                 "SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;\n\n"
                 )  # fmt: skip
    return f"{text}USE `{base}`;\n"


def _tables(
    p: Process, base: str, given: dict[str, str], wanted: list[str], comments: bool, compact: bool
) -> str:
    kinds = {row[0]: row[1] for row in _ask(
        p, "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = "
        f"'{base}' ORDER BY table_name")["rows"]}  # fmt: skip
    for one in wanted:
        if one not in kinds:
            raise DumpError(f'Couldn\'t find table: "{one}"', 6)
    ignored = [one.rpartition(".")[2] for one in given.get("ignore-table", "").split("\n")]
    names = [one for one in (wanted or sorted(kinds)) if one not in ignored]
    text = ""
    views = "no-create-info" not in given and "t" not in given
    for name in names:
        if kinds[name] != "VIEW":
            text += _table(p, name, given, comments, compact)
        elif views:
            columns = [row[0] for row in _ask(p, f"SHOW COLUMNS FROM `{name}`")["rows"]]
            head = f"\n--\n-- Temporary view structure for view `{name}`\n--\n\n"
            text += (head if comments else "\n") + _stand_in(name, columns)
    for name in names:
        if kinds[name] == "VIEW" and views:
            made = _ask(p, f"SHOW CREATE VIEW `{name}`")["rows"][0][1]
            head = f"\n--\n-- Final view structure for view `{name}`\n--\n\n"
            text += (head if comments else "\n") + _view(name, made)
    return text


def _stand_in(name: str, columns: list[str]) -> str:
    """Write the view of ones that stands for a view until all tables are there."""
    ones = ",\n".join(f" 1 AS `{one}`" for one in columns)
    return (f"DROP TABLE IF EXISTS `{name}`;\n/*!50001 DROP VIEW IF EXISTS `{name}`*/;\n"
            "SET @saved_cs_client     = @@character_set_client;\n"
            "/*!50503 SET character_set_client = utf8mb4 */;\n"
            f"/*!50001 CREATE VIEW `{name}` AS SELECT \n{ones}*/;\n"
            "SET character_set_client = @saved_cs_client;\n")  # fmt: skip


def _view(name: str, made: str) -> str:
    names = ("character_set_client", "character_set_results", "collation_connection")
    kept = ("saved_cs_client", "saved_cs_results", "saved_col_connection")
    values = ("utf8mb4", "utf8mb4", "utf8mb4_0900_ai_ci")
    pairs = list(zip(names, kept, strict=True))
    text = f"/*!50001 DROP VIEW IF EXISTS `{name}`*/;\n"
    text += "".join(f"/*!50001 SET @{one:<24} = @@{here} */;\n" for here, one in pairs)
    text += "".join(f"/*!50001 SET {here:<25} = {value} */;\n"
                    for here, value in zip(names, values, strict=True))  # fmt: skip
    text += "/*!50001 CREATE ALGORITHM=UNDEFINED */\n"
    text += "/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n"
    text += f"/*!50001 {made.removeprefix('CREATE ')} */;\n"
    return text + "".join(f"/*!50001 SET {here:<25} = @{one} */;\n" for here, one in pairs)


def _table(p: Process, name: str, given: dict[str, str], comments: bool, compact: bool) -> str:
    text = ""
    if "no-create-info" not in given and "t" not in given:
        made = _ask(p, f"SHOW CREATE TABLE `{name}`")["rows"][0][1]
        text += f"\n--\n-- Table structure for table `{name}`\n--\n\n" if comments else "\n"
        if not compact and "skip-add-drop-table" not in given:
            text += f"DROP TABLE IF EXISTS `{name}`;\n"
        text += "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n"
        text += "/*!50503 SET character_set_client = utf8mb4 */;\n"
        text += f"{made};\n/*!40101 SET character_set_client = @saved_cs_client */;\n"
    if "no-data" in given or "d" in given:
        return text
    text += f"\n--\n-- Dumping data for table `{name}`\n--\n\n" if comments else ""
    where = f" WHERE {given['where']}" if given.get("where") else ""
    answer = _ask(p, f"SELECT * FROM `{name}`{where}")
    guarded = not compact and "skip-add-locks" not in given
    if guarded:
        text += f"LOCK TABLES `{name}` WRITE;\n/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;\n"
    text += _inserts(name, answer, given)
    if guarded:
        text += f"/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;\nUNLOCK TABLES;\n"
    return text


def _inserts(name: str, answer: dict[str, Any], given: dict[str, str]) -> str:
    columns = ""
    if "complete-insert" in given or "c" in given:
        columns = f" ({', '.join('`' + one['name'] + '`' for one in answer['columns'])})"
    head = f"INSERT INTO `{name}`{columns} VALUES "
    kinds = [one["type"] for one in answer["columns"]]
    rows = []
    for row in answer["rows"]:
        values = [_value(value, kind) for value, kind in zip(row, kinds, strict=True)]
        rows.append(f"({','.join(values)})")
    if "skip-extended-insert" in given:
        return "".join(f"{head}{row};\n" for row in rows)
    text, line = "", ""
    for row in rows:
        if line and len(head) + len(line) + len(row) > MAX_STATEMENT:
            text += f"{head}{line};\n"
            line = ""
        line += f",{row}" if line else row
    return text + (f"{head}{line};\n" if line else "")


def _value(value: Any, kind: str) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int)):
        return str(int(value))
    if kind in NUMBERS:
        from .shown import cell

        return cell(value, "mysql")
    return "'" + "".join(_ESCAPES.get(char, char) for char in str(value)) + "'"
