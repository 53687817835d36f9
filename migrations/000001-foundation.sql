-- Conventions of every table: keys lead with firm_id; enumerations are the camelCase strings of the code,
-- checked by constraints; money, prices and quantities are numeric; instants are timestamptz.

-- Second line of defence for append-only tables: whoever may write a row may not change or remove it.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the table is append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;
