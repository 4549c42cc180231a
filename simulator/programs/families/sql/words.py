"""The words that cannot be names. Sources: pg_get_keywords() of 18; MySQL 8.4's keyword list."""

from __future__ import annotations

_PG = """all analyse analyze and any array as asc asymmetric both case cast check collate column
constraint create current_catalog current_date current_role current_time current_timestamp
current_user default deferrable desc distinct do else end except false fetch for foreign from grant
group having in initially intersect into lateral leading limit localtime localtimestamp not null
offset on only or order placing primary references returning select session_user some symmetric
system_user table then to trailing true union unique user using variadic when where window with"""
_PG_FUNCTION = """authorization binary collation concurrently cross current_schema freeze full ilike
inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose"""
_PG_NO_LABEL = """array as char character create day except fetch filter for from grant group having
hour intersect into isnull limit minute month national notnull offset on order over overlaps
precision returning second to union varying where window with within without year"""
_MY = """accessible add all alter analyze and as asc before between bigint binary blob both by call
cascade case change char character check collate column condition constraint continue convert create
cross cube cume_dist current_date current_time current_timestamp current_user cursor database
databases dec decimal declare default delayed delete dense_rank desc describe deterministic distinct
distinctrow div double drop dual each else elseif empty enclosed escaped except exists exit explain
false fetch first_value float float4 float8 for force foreign from fulltext function generated get
grant group grouping groups having high_priority if ignore in index infile inner inout insensitive
insert int int1 int2 int3 int4 int8 integer intersect interval into is iterate join json_table key
keys kill lag last_value lateral lead leading leave left like limit linear lines load localtime
localtimestamp lock long longblob longtext loop low_priority match maxvalue mediumblob mediumint
mediumtext middleint mod modifies natural not nth_value ntile null numeric of on optimize option or
order out outer outfile over partition percent_rank precision primary procedure purge range rank
read reads real recursive references regexp release rename repeat replace require resignal restrict
return revoke right rlike row row_number rows schema schemas select sensitive separator set show
signal smallint spatial specific sql ssl starting stored straight_join system table tablesample
terminated then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned
update usage use using utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying
virtual when where while window with write xor year_month zerofill"""

PG_RESERVED = frozenset(_PG.split())
PG_FUNCTION = frozenset(_PG_FUNCTION.split())
"""May name a type or a function, but no column or table."""
PG_NO_LABEL = frozenset(_PG_NO_LABEL.split())
MY_RESERVED = frozenset(_MY.split())


def may_be_name(word: str, dialect: str) -> bool:
    """Tell whether an unquoted word may name a column or a table."""
    if dialect == "postgres":
        return word not in PG_RESERVED and word not in PG_FUNCTION
    return word not in MY_RESERVED


def may_be_label(word: str, dialect: str) -> bool:
    """Tell whether a word may name a column of a result without AS."""
    if dialect == "postgres":
        return word not in PG_NO_LABEL
    return word not in MY_RESERVED
