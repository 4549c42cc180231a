"""Go programs and the modelled PostgreSQL and MySQL: database/sql, lib/pq, pgx, go-sql-driver."""

# ruff: noqa: E501

from __future__ import annotations

from tests.docker_world import output, run_for
from tests.go_world import run
from tests.test_node_sql import HOST, MYSQL, POSTGRES, database

PQ = "postgres://app:secret@db/shop?sslmode=disable"


def talked(kind: str, body: str, *imports: str) -> list[str]:
    """Run the body of main beside a database: all that it prints."""
    lab = database("postgres:17", POSTGRES) if kind == "postgres" else database("mysql:8.4", MYSQL)
    named = "".join(
        f"import {one if ' ' in one else chr(34) + one + chr(34)}\n" for one in ("fmt", *imports)
    )
    _, container = run(
        f"package main\n{named}func main() {{\n{body}\n}}\n", 10, lab, HostConfig=HOST
    )
    return output(lab, container).splitlines()


def test_lib_pq_says_why_it_cannot_connect_in_its_own_words() -> None:
    found = talked(
        "postgres",
        """for _, dsn := range []string{"host=db user=app password=secret dbname=shop", "postgres://app:no@db/shop?sslmode=disable", "postgres://app:secret@db/none?sslmode=disable", "postgres://app:secret@nowhere/shop", "postgres://app:secret@db:5433/shop?sslmode=disable"} {
		db, err := sql.Open("postgres", dsn)
		if err == nil { err = db.Ping() }
		fmt.Println(err)
	}
	_, err := sql.Open("mysql", "")
	fmt.Println(err)""",
        "database/sql", '_ "github.com/lib/pq"',
    )  # fmt: skip
    refused = found.pop(4)
    assert refused.startswith("dial tcp 172.") and refused.endswith(
        ":5433: connect: connection refused")  # fmt: skip
    assert found == [
        "pq: SSL is not enabled on the server",
        'pq: password authentication failed for user "app"',
        'pq: database "none" does not exist',
        "dial tcp: lookup nowhere on 127.0.0.11:53: no such host",
        'sql: unknown driver "mysql" (forgotten import?)',
    ]


def test_rows_are_scanned_by_the_types_of_their_variables() -> None:
    assert talked(
        "postgres",
        f"""db, _ := sql.Open("postgres", "{PQ}")
	_, err := db.Exec("CREATE TABLE todo (id SERIAL PRIMARY KEY, title TEXT NOT NULL UNIQUE, price NUMERIC(6,2), at TIMESTAMPTZ DEFAULT now(), note TEXT, tags TEXT[])")
	var id int
	err = db.QueryRow("INSERT INTO todo (title, price, tags) VALUES ($1, $2, $3) RETURNING id", "it's", 1.5, pq.Array([]string{{"a", "b c"}})).Scan(&id)
	fmt.Println(id, err)
	_, err = db.Exec("INSERT INTO todo (title) VALUES ($1)", "it's")
	var pe *pq.Error
	fmt.Println(err, errors.As(err, &pe), pe.Code, pe.Code.Name(), pe.Constraint)
	var title string; var price float64; var at time.Time; var note sql.NullString; var tags []string
	fmt.Println(db.QueryRow("SELECT title, price, at, note, tags FROM todo").Scan(&title, &price, &at, &note, pq.Array(&tags)))
	fmt.Println(title, price, at.IsZero(), note, tags, len(tags))
	fmt.Println(db.QueryRow("SELECT note FROM todo").Scan(&title))
	fmt.Println(db.QueryRow("SELECT title FROM todo").Scan(&id))
	fmt.Println(db.QueryRow("SELECT id FROM todo WHERE id = $1", 77).Scan(&id))
	fmt.Println(db.QueryRow("SELECT id FROM nope").Scan(&id))
	tx, _ := db.Begin()
	tx.Exec("DELETE FROM todo")
	fmt.Println(tx.Rollback(), tx.Commit())
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err = db.ExecContext(ctx, "SELECT pg_sleep(3)")
	fmt.Println(err)
	db.QueryRow("SELECT count(*) FROM todo").Scan(&id)
	fmt.Println(id)""",
        "context", "database/sql", "errors", "time", "github.com/lib/pq",
    ) == [
        "1 <nil>",
        'pq: duplicate key value violates unique constraint "todo_title_key" true 23505 unique_violation todo_title_key',
        "<nil>",
        "it's 1.5 false { false} [a b c] 2",
        'sql: Scan error on column index 0, name "note": converting NULL to string is unsupported',
        """sql: Scan error on column index 0, name "title": converting driver.Value type string ("it's") to a int: invalid syntax""",
        "sql: no rows in result set",
        'pq: relation "nope" does not exist',
        "<nil> sql: transaction has already been committed or rolled back",
        "pq: canceling statement due to user request",
        "1",
    ]  # fmt: skip


def test_pgx_collects_rows_into_structs_and_words_its_errors() -> None:
    found = talked(
        "postgres",
        """ctx := context.Background()
	type Todo struct { ID int `db:"id"`; Title string; Note *string; CreatedAt time.Time; Tags []string; Meta map[string]any }
	_, err := pgx.Connect(ctx, "postgres://app:no@db/shop")
	fmt.Println(err)
	pool, err := pgxpool.New(ctx, "postgres://app:secret@db:5432/shop")
	_, err = pool.Exec(ctx, "CREATE TABLE todo (id SERIAL PRIMARY KEY, title TEXT UNIQUE, note TEXT, created_at TIMESTAMPTZ DEFAULT now(), tags TEXT[], meta JSONB)")
	tag, err := pool.Exec(ctx, "INSERT INTO todo (title, tags, meta) VALUES (@t, @s, @m)", pgx.NamedArgs{"t": "y", "s": []string{"p"}, "m": map[string]any{"k": 1}})
	fmt.Println(tag, tag.RowsAffected(), err)
	_, err = pool.Exec(ctx, "INSERT INTO todo (title) VALUES ($1)", "y")
	var pe *pgconn.PgError
	fmt.Println(err, errors.As(err, &pe), pe.ConstraintName)
	rows, _ := pool.Query(ctx, "SELECT * FROM todo")
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Todo])
	fmt.Println(all[0].Title, all[0].Note, all[0].Tags, all[0].Meta, err)
	var s string
	fmt.Println(pool.QueryRow(ctx, "SELECT title FROM todo WHERE id = $1", 9).Scan(&s) == pgx.ErrNoRows)
	fmt.Println(pool.QueryRow(ctx, "SELECT note FROM todo").Scan(&s))
	fmt.Println(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { tx.Exec(ctx, "DELETE FROM todo"); return errors.New("no") }))
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err = pool.Exec(short, "SELECT pg_sleep(3)")
	fmt.Println(err)
	fmt.Println(pool.QueryRow(ctx, "SELECT count(*)::text FROM todo").Scan(&s), s)""",
        "context", "errors", "time", "github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/pgconn", "github.com/jackc/pgx/v5/pgxpool",
    )  # fmt: skip
    assert found[0] == "failed to connect to `user=app database=shop`:"
    assert found[2].endswith(
        ':5432 (db): failed SASL auth: FATAL: password authentication failed for user "app" (SQLSTATE 28P01)'
    )
    assert found[3:] == [
        "INSERT 0 1 1 <nil>",
        'ERROR: duplicate key value violates unique constraint "todo_title_key" (SQLSTATE 23505) true todo_title_key',
        "y <nil> [p] map[k:1] <nil>",
        "true",
        "can't scan into dest[0] (col: note): cannot scan NULL into *string",
        "no",
        "timeout: context deadline exceeded",
        "<nil> 1",
    ]


def test_mysql_wants_parse_time_and_one_statement_at_a_time() -> None:
    assert talked(
        "mysql",
        """for _, dsn := range []string{"app:no@tcp(db)/shop", "app:secret@tcp(db:3306"} {
		db, err := sql.Open("mysql", dsn)
		if err == nil { err = db.Ping() }
		fmt.Println(err)
	}
	db, _ := sql.Open("mysql", "app:secret@tcp(db:3306)/shop")
	_, err := db.Exec("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP); SELECT 1")
	fmt.Println(err)
	db.Exec("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9), at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)")
	r, err := db.Exec("INSERT INTO t (name) VALUES (?)", "a")
	id, _ := r.LastInsertId()
	fmt.Println(id, err)
	var at time.Time
	fmt.Println(db.QueryRow("SELECT at FROM t").Scan(&at))
	db, _ = sql.Open("mysql", "app:secret@tcp(db:3306)/shop?parseTime=true")
	fmt.Println(db.QueryRow("SELECT at FROM t WHERE id = ?", 1).Scan(&at), at.IsZero())
	fmt.Println(db.QueryRow("SELECT * FROM nope").Scan(&id))""",
        "database/sql", "time", '_ "github.com/go-sql-driver/mysql"',
    ) == [
        "Error 1045 (28000): Access denied for user 'app'@'172.18.0.3' (using password: YES)",
        "invalid DSN: missing the slash separating the database name",
        "Error 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELECT 1' at line 1",
        "1 <nil>",
        'sql: Scan error on column index 0, name "at": unsupported Scan, storing driver.Value type []uint8 into type *time.Time',
        "<nil> false",
        "Error 1146 (42S02): Table 'shop.nope' doesn't exist",
    ]  # fmt: skip


def test_a_pool_waits_for_its_database_and_outlives_a_restart_of_it() -> None:
    lab = database("postgres:17", POSTGRES)
    lab.engine.docker.stop("laptop", "db")
    run_for(lab, 15)
    _, container = run(
        f"""package main
import ("database/sql"; "fmt"; "time"; _ "github.com/lib/pq")
func main() {{
	db, _ := sql.Open("postgres", "{PQ}")
	for n := 1; db.Ping() != nil; n++ {{ fmt.Println("attempt", n); time.Sleep(2 * time.Second) }}
	for {{ var v int; fmt.Println(db.QueryRow("SELECT 7").Scan(&v), v); time.Sleep(30 * time.Second) }}
}}
""", 5, lab, HostConfig=HOST)  # fmt: skip
    assert output(lab, container).splitlines() == ["attempt 1", "attempt 2", "attempt 3"]
    lab.engine.docker.start("laptop", "db")
    run_for(lab, 10)
    lab.engine.docker.stop("laptop", "db")
    run_for(lab, 10)
    lab.engine.docker.start("laptop", "db")
    run_for(lab, 30)
    assert output(lab, container).splitlines()[-2:] == ["<nil> 7", "<nil> 7"]


def test_a_pool_of_one_connection_makes_the_second_wait() -> None:
    assert talked(
        "postgres",
        f"""db, _ := sql.Open("postgres", "{PQ}")
	db.SetMaxOpenConns(1)
	rows, _ := db.Query("SELECT 1")
	go func() {{ time.Sleep(time.Second); rows.Close() }}()
	began := time.Now()
	fmt.Println(db.Ping(), time.Since(began) >= time.Second, db.Stats().WaitCount)""",
        "database/sql", "time", '_ "github.com/lib/pq"',
    ) == ["<nil> true 1"]  # fmt: skip


def test_gorm_makes_tables_and_keeps_rows_in_them() -> None:
    found = talked(
        "postgres",
        """type Product struct { gorm.Model; Code string `gorm:"uniqueIndex"`; Price uint; Status string `gorm:"default:open"` }
	db, err := gorm.Open(postgres.Open("host=db user=app password=secret dbname=shop port=5432 sslmode=disable"), &gorm.Config{Logger: logger.Discard})
	fmt.Println(err, db.AutoMigrate(&Product{}), db.AutoMigrate(&Product{}))
	p := Product{Code: "D42", Price: 100}
	r := db.Create(&p)
	fmt.Println(r.Error, r.RowsAffected, p.ID, p.CreatedAt.IsZero(), p.Status)
	db.Create(&[]Product{{Code: "A", Price: 5}, {Code: "B", Price: 6}})
	fmt.Println(db.Create(&Product{Code: "A"}).Error)
	var q Product
	fmt.Println(db.First(&q, "code = ?", "D42").Error, q.Price)
	fmt.Println(errors.Is(db.First(&Product{}, 99).Error, gorm.ErrRecordNotFound))
	db.Model(&q).Updates(Product{Price: 300})
	db.Model(&Product{}).Where("price < ?", 10).Update("price", gorm.Expr("price + ?", 1))
	var all []Product
	fmt.Println(db.Order("price desc").Find(&all).RowsAffected, all[0].Price, all[1].Price)
	db.Delete(&q)
	var n, m int64
	db.Model(&Product{}).Count(&n)
	db.Unscoped().Model(&Product{}).Count(&m)
	fmt.Println(n, m)
	fmt.Println(db.Transaction(func(tx *gorm.DB) error { tx.Where("1 = 1").Delete(&Product{}); return errors.New("no") }))
	q.ID, q.Code = 2, "Z"
	fmt.Println(db.Save(&q).Error, db.Where(&Product{Code: "Z"}).Or("code IN ?", []string{"B"}).Find(&all).RowsAffected)""",
        "errors", "gorm.io/gorm", "gorm.io/gorm/logger", "gorm.io/driver/postgres",
    )  # fmt: skip
    assert found == [
        "<nil> <nil> <nil>",
        "<nil> 1 1 false open",
        'ERROR: duplicate key value violates unique constraint "idx_products_code" (SQLSTATE 23505)',
        "<nil> 100",
        "true",
        "3 300 7",
        "2 3",
        "no",
        "<nil> 2",
    ]


def test_sqlx_fills_structs_and_names_its_parameters() -> None:
    assert talked(
        "postgres",
        f"""type Todo struct {{ ID int `db:"id"`; Title string `db:"title"` }}
	db := sqlx.MustConnect("postgres", "{PQ}")
	db.MustExec("CREATE TABLE todo (id SERIAL PRIMARY KEY, title TEXT)")
	db.NamedExec("INSERT INTO todo (title) VALUES (:title)", Todo{{Title: "a"}})
	db.NamedExec("INSERT INTO todo (title) VALUES (:title)", map[string]interface{{}}{{"title": "b"}})
	var all []Todo
	fmt.Println(db.Select(&all, "SELECT * FROM todo ORDER BY id"), all)
	var one Todo
	fmt.Println(db.Get(&one, "SELECT * FROM todo WHERE id = $1", 9), db.Get(&one, "SELECT 1 AS zz"))
	q, args, _ := sqlx.In("SELECT title FROM todo WHERE id IN (?)", []int{{1, 2}})
	var titles []string
	fmt.Println(db.Select(&titles, db.Rebind(q), args...), titles)""",
        "github.com/jmoiron/sqlx", '_ "github.com/lib/pq"',
    ) == [
        "<nil> [{1 a} {2 b}]",
        "sql: no rows in result set missing destination name zz in *main.Todo",
        "<nil> [a b]",
    ]  # fmt: skip
