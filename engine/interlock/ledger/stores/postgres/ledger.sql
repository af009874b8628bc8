-- The rules of interlock.ledger.book as PostgreSQL keeps them; what a function here does is said there.
--
-- A book is all that one organization's ledger knows. Whoever works on a book locks it first, whole, so that
-- nobody acts on what another is about to change, no order of lines can deadlock, and books never wait for
-- each other. The lock is one on a number, not on a row: it is there before any row is.
--
-- Keys are digests of names, as long as they may be. Texts are JSON strings, since PostgreSQL's can't hold
-- every character. Of amounts, what is held has no bound, and what is spent stays at 2^53 - 1 whole units.
--
-- Whoever changes anything below counts the format up, in `FORMAT` of database.py too.

CREATE TABLE interlock.formats (format integer NOT NULL);
INSERT INTO interlock.formats VALUES (1);

CREATE TYPE interlock.line AS (
    account uuid, name text, unit text, amount bigint, "limit" bigint, bucket bigint, since bigint, forgets bigint
);
CREATE TYPE interlock.hold AS (key uuid, id text, expires bigint, facts text, lines interlock.line[]);
CREATE TYPE interlock.step AS (key uuid, run text, version bigint, text text, forgets bigint);
CREATE TYPE interlock.memo AS (key uuid, body uuid, answer text, forgets bigint);
CREATE TYPE interlock.used AS (unit text, parts numeric);
CREATE TYPE interlock.operation AS (
    kind text, now bigint,
    holds interlock.hold[], steps interlock.step[], memo interlock.memo, -- take
    lines interlock.line[], runs uuid[], -- peek, which has a memo too
    hold uuid, actual interlock.used[], expires bigint -- settle, release, extend
);

CREATE TABLE interlock.books (book uuid PRIMARY KEY, organization text NOT NULL);

-- Room on each page for the next versions of its rows, which then need no entries in indexes.
CREATE TABLE interlock.buckets (
    account uuid, start bigint,
    book uuid NOT NULL, name text NOT NULL,
    made bigint NOT NULL, forgets bigint NOT NULL,
    spent bigint NOT NULL, parts bigint NOT NULL, held numeric NOT NULL,
    PRIMARY KEY (account, start)
) WITH (fillfactor = 25, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
CREATE INDEX ON interlock.buckets (book, forgets);

CREATE TABLE interlock.holds (
    key uuid PRIMARY KEY,
    book uuid NOT NULL, id text NOT NULL, facts text NOT NULL, lines interlock.line[] NOT NULL,
    taken bigint NOT NULL, expires bigint NOT NULL, status text NOT NULL DEFAULT 'open', ended bigint,
    forgets bigint, -- null while it is open
    actual interlock.used[]
);
CREATE INDEX holds_due ON interlock.holds (book, expires) WHERE status = 'open';
CREATE INDEX holds_ended ON interlock.holds (book, forgets) WHERE forgets IS NOT NULL;

CREATE TABLE interlock.runs (
    key uuid PRIMARY KEY, book uuid NOT NULL, version bigint NOT NULL, text text NOT NULL, forgets bigint NOT NULL
);
CREATE INDEX ON interlock.runs (book, forgets);

CREATE TABLE interlock.answers (
    key uuid PRIMARY KEY,
    book uuid NOT NULL, body uuid NOT NULL, answer text NOT NULL, standings json NOT NULL, forgets bigint NOT NULL
);
CREATE INDEX ON interlock.answers (book, forgets);

CREATE TABLE interlock.settlements (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL, hold text NOT NULL, facts text NOT NULL, actual interlock.used[] NOT NULL
);
CREATE INDEX ON interlock.settlements (at, number);


-- How accounts stand before and after `lines`, each with those before it on its account, and whether all fit.
CREATE FUNCTION interlock.fitting(
    lines interlock.line[], now bigint, OUT before json, OUT after json, OUT fits boolean
) LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(json_agg(json_build_array(s.spent, s.parts, s.held) ORDER BY n), '[]'),
        coalesce(json_agg(json_build_array(s.spent, s.parts, s.held + taken) ORDER BY n), '[]'),
        coalesce(bool_and(most IS NULL OR s.spent + (s.parts > 0)::integer + s.held + taken <= most), true)
    INTO before, after, fits
    FROM (
        SELECT n, l.account, l.since, l."limit" AS most, sum(l.amount) OVER (PARTITION BY l.account ORDER BY n) AS taken
        FROM unnest(lines) WITH ORDINALITY AS l (account, name, unit, amount, "limit", bucket, since, forgets, n)
    ) AS asked, LATERAL (
        SELECT least(coalesce(sum(b.spent) + div(sum(b.parts), 1000000), 0), 9007199254740991) AS spent,
            coalesce(mod(sum(b.parts), 1000000), 0) AS parts, coalesce(sum(b.held), 0) AS held
        FROM interlock.buckets b WHERE b.account = asked.account AND b.start >= asked.since AND b.forgets > now
    ) AS s;
END $$;

CREATE FUNCTION interlock.answered(asked interlock.memo, now bigint) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT CASE
        WHEN a.body = asked.body
            THEN json_build_object('type', 'Remembered', 'answer', a.answer::json, 'standings', a.standings)
        ELSE '{"type": "Mismatched"}'
    END
    FROM interlock.answers a WHERE a.key = asked.key AND a.forgets > now);
END $$;

CREATE FUNCTION interlock.remember(of uuid, asked interlock.memo, standings json) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF asked.key IS NOT NULL THEN
        INSERT INTO interlock.answers AS a (key, book, body, answer, standings, forgets)
        VALUES (asked.key, of, asked.body, asked.answer, standings, asked.forgets)
        ON CONFLICT (key) DO UPDATE
        SET body = excluded.body, answer = excluded.answer, standings = excluded.standings,
            forgets = excluded.forgets;
    END IF;
END $$;

-- How many holds expired by `now`, of which many are left for the next time; `wanted` is not.
CREATE FUNCTION interlock.expire(of uuid, now bigint, wanted uuid = NULL) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    expired integer;
BEGIN
    PERFORM FROM interlock.holds h WHERE h.book = of AND h.status = 'open' AND h.expires <= now LIMIT 1;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    WITH due AS (
        UPDATE interlock.holds h SET status = 'expired', ended = now, forgets = now + 604800000 -- LATE
        WHERE h.status = 'open' AND h.expires <= now AND h.key IN (
            (SELECT key FROM interlock.holds d WHERE d.book = of AND d.status = 'open' AND d.expires <= now
             ORDER BY d.expires LIMIT 1000)
            UNION ALL SELECT wanted
        )
        RETURNING h.lines, h.taken
    ), back AS (
        SELECT b.account, b.start, sum(l.amount) AS amount
        FROM due, unnest(due.lines) l, interlock.buckets b
        WHERE b.account = l.account AND b.start = l.bucket AND b.made <= due.taken
        GROUP BY b.account, b.start
    ), given AS (
        UPDATE interlock.buckets b SET held = b.held - back.amount
        FROM back WHERE b.account = back.account AND b.start = back.start
    )
    SELECT count(*) INTO expired FROM due;
    RETURN expired;
END $$;

-- Those of `lines` that had no bucket, or one that is forgotten, and got one; an account that gets one loses those
-- that nothing needs.
CREATE FUNCTION interlock.open_buckets(of uuid, lines interlock.line[], now bigint) RETURNS interlock.line[]
LANGUAGE plpgsql AS $$
DECLARE
    missing interlock.line[];
BEGIN
    missing := ARRAY(
        SELECT l FROM unnest(lines) l
        WHERE NOT EXISTS (
            SELECT FROM interlock.buckets b
            WHERE b.account = l.account AND b.start = l.bucket AND b.forgets > now
        )
    );
    IF missing <> '{}' THEN
        DELETE FROM interlock.buckets b USING unnest(missing) l WHERE b.account = l.account AND b.forgets <= now;
        INSERT INTO interlock.buckets (account, start, book, name, made, forgets, spent, parts, held)
        SELECT l.account, l.bucket, of, l.name, now, l.forgets, 0, 0, 0 FROM unnest(missing) l;
    END IF;
    RETURN missing;
END $$;


CREATE FUNCTION interlock.peek(of uuid, asked interlock.operation) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
    PERFORM interlock.expire(of, asked.now);
    RETURN json_build_object(
        'standings', (interlock.fitting(asked.lines, asked.now)).before,
        'runs', (
            SELECT coalesce(json_agg(json_build_object(
                'version', coalesce(r.version, 0), 'text', coalesce(r.text, '""')::json) ORDER BY n), '[]')
            FROM unnest(asked.runs) WITH ORDINALITY AS each (key, n)
            LEFT JOIN interlock.runs r ON r.key = each.key AND r.forgets > asked.now
        ),
        'answered', interlock.answered(asked.memo, asked.now)
    );
END $$;

CREATE FUNCTION interlock.take(of uuid, asked interlock.operation) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    answer json;
    before json;
    after json;
    fits boolean;
    held interlock.hold;
    lines interlock.line[];
    rest interlock.line[];
    booked integer;
    latest bigint;
BEGIN
    IF (asked.memo).key IS NOT NULL THEN
        answer := interlock.answered(asked.memo, asked.now);
        IF answer IS NOT NULL THEN
            RETURN answer;
        END IF;
    END IF;
    PERFORM interlock.expire(of, asked.now);
    PERFORM FROM unnest(asked.holds) a JOIN interlock.holds h ON h.key = a.key;
    IF FOUND THEN
        RETURN '{"type": "Mismatched"}';
    END IF;
    IF asked.steps <> '{}' THEN
        SELECT json_build_object('type', 'Moved', 'runs', json_agg(s.run::json)) INTO answer
        FROM unnest(asked.steps) s LEFT JOIN interlock.runs r ON r.key = s.key AND r.forgets > asked.now
        WHERE s.version <> coalesce(r.version, 0) HAVING count(*) > 0;
        IF answer IS NOT NULL THEN
            RETURN answer;
        END IF;
    END IF;
    lines := ARRAY(SELECT l FROM unnest(asked.holds) h, unnest(h.lines) l);
    SELECT f.before, f.after, f.fits INTO before, after, fits FROM interlock.fitting(lines, asked.now) f;
    IF NOT fits THEN
        RETURN json_build_object('type', 'Short', 'standings', before);
    END IF;
    FOREACH held IN ARRAY asked.holds LOOP
        UPDATE interlock.buckets b SET held = b.held + l.amount, forgets = greatest(b.forgets, l.forgets)
        FROM unnest(held.lines) l WHERE b.account = l.account AND b.start = l.bucket AND b.forgets > asked.now;
        GET DIAGNOSTICS booked = ROW_COUNT;
        IF booked < cardinality(held.lines) THEN
            rest := interlock.open_buckets(of, held.lines, asked.now);
            UPDATE interlock.buckets b SET held = b.held + l.amount
            FROM unnest(rest) l WHERE b.account = l.account AND b.start = l.bucket;
        END IF;
        -- Not before any of its buckets was made: somebody's clock may have been ahead of `now`.
        SELECT max(b.made) INTO latest FROM interlock.buckets b, unnest(held.lines) l
        WHERE b.account = l.account AND b.start = l.bucket;
        INSERT INTO interlock.holds (key, book, id, facts, lines, taken, expires)
        VALUES (held.key, of, held.id, held.facts, held.lines, greatest(asked.now, latest), held.expires);
    END LOOP;
    IF asked.steps <> '{}' THEN
        INSERT INTO interlock.runs AS r (key, book, version, text, forgets)
        SELECT s.key, of, s.version + 1, s.text, s.forgets FROM unnest(asked.steps) s
        ON CONFLICT (key) DO UPDATE
        SET version = excluded.version, text = excluded.text, forgets = excluded.forgets;
    END IF;
    PERFORM interlock.remember(of, asked.memo, after);
    RETURN json_build_object('type', 'Held', 'standings', after);
END $$;

-- The answers to `takings` where all can be taken at once, with the same outcome as one after another; or none.
--
-- They can where there is room for all, and nothing that one does is seen by the next but the amounts that it
-- holds: each bucket is there and counts for all who book in it, and nothing is known twice, due or forgotten
-- meanwhile.
CREATE FUNCTION interlock.take_together(of uuid, takings interlock.operation[]) RETURNS SETOF json
LANGUAGE plpgsql AS $$
DECLARE
    first bigint;
    last bigint;
    holds interlock.hold[] := ARRAY(SELECT h FROM unnest(takings) t, unnest(t.holds) h);
    lines interlock.line[] := ARRAY(SELECT l FROM unnest(holds) h, unnest(h.lines) l);
    memos interlock.memo[] := ARRAY(SELECT t.memo FROM unnest(takings) t WHERE (t.memo).key IS NOT NULL);
    standings json;
    after json[];
    asked interlock.operation;
    own integer;
    told integer := 0;
    latest bigint;
    possible boolean;
BEGIN
    SELECT min(t.now), max(t.now), bool_and(t.steps = '{}')
    INTO first, last, possible FROM unnest(takings) t;
    IF possible THEN
        SELECT count(DISTINCT m.key) = count(*) AND count(a.key) = 0 INTO possible
        FROM unnest(memos) m LEFT JOIN interlock.answers a ON a.key = m.key AND a.forgets > first;
    END IF;
    IF NOT possible OR takings[1].now <> first THEN
        RETURN;
    END IF;
    PERFORM interlock.expire(of, first);
    PERFORM FROM interlock.holds h WHERE h.book = of AND h.status = 'open' AND h.expires <= last LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT count(DISTINCT a.key) = count(*) AND count(h.key) = 0 AND coalesce(min(a.expires) > last, true)
    INTO possible FROM unnest(holds) a LEFT JOIN interlock.holds h ON h.key = a.key;
    IF possible THEN
        SELECT count(DISTINCT l.account) = count(*) AND count(b.account) = count(*) INTO possible
        FROM (SELECT DISTINCT account, bucket, since FROM unnest(lines)) l
        LEFT JOIN interlock.buckets b ON b.account = l.account AND b.start = l.bucket;
    END IF;
    IF possible THEN
        SELECT count(*) = 0 INTO possible FROM unnest(lines) l, interlock.buckets b
        WHERE b.account = l.account AND b.forgets <= last;
    END IF;
    IF possible THEN
        SELECT f.after, f.fits INTO standings, possible FROM interlock.fitting(lines, last) f;
    END IF;
    IF NOT possible THEN
        RETURN;
    END IF;
    SELECT max(b.made) INTO latest FROM interlock.buckets b, unnest(lines) l
    WHERE b.account = l.account AND b.start = l.bucket;
    UPDATE interlock.buckets b SET held = b.held + l.amount, forgets = greatest(b.forgets, l.forgets)
    FROM (
        SELECT account, bucket, sum(amount) AS amount, max(forgets) AS forgets
        FROM unnest(lines) GROUP BY account, bucket
    ) AS l
    WHERE b.account = l.account AND b.start = l.bucket;
    INSERT INTO interlock.holds (key, book, id, facts, lines, taken, expires)
    SELECT h.key, of, h.id, h.facts, h.lines, greatest(t.now, latest), h.expires
    FROM unnest(takings) t, unnest(t.holds) h;
    after := ARRAY(SELECT json_array_elements(standings));
    FOREACH asked IN ARRAY takings LOOP
        own := coalesce((SELECT sum(cardinality(h.lines)) FROM unnest(asked.holds) h), 0);
        standings := array_to_json(after[told + 1 : told + own]);
        told := told + own;
        PERFORM interlock.remember(of, asked.memo, standings);
        RETURN NEXT json_build_object('type', 'Held', 'standings', standings);
    END LOOP;
END $$;

CREATE FUNCTION interlock.settle(of uuid, asked interlock.operation) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    kept interlock.holds;
    is_open boolean;
BEGIN
    PERFORM interlock.expire(of, asked.now, asked.hold);
    SELECT * INTO kept FROM interlock.holds WHERE key = asked.hold;
    IF NOT FOUND THEN
        RETURN '{"type": "Unknown"}';
    END IF;
    IF kept.status = 'released' OR (kept.status = 'settled' AND kept.actual <> asked.actual) THEN
        RETURN json_build_object('type', 'Closed', 'status', kept.status);
    END IF;
    IF kept.status <> 'settled' THEN
        is_open := kept.status = 'open';
        WITH lines AS (
            SELECT l.account, l.bucket, CASE WHEN is_open THEN l.amount ELSE 0 END AS held,
                coalesce(a.parts, l.amount * 1000000.0) AS parts
            FROM unnest(kept.lines) l LEFT JOIN unnest(asked.actual) a ON a.unit = l.unit
        )
        UPDATE interlock.buckets b
        SET held = b.held - l.held,
            spent = least(b.spent + div(b.parts + l.parts, 1000000), 9007199254740991),
            parts = mod(b.parts + l.parts, 1000000)
        FROM lines l WHERE b.account = l.account AND b.start = l.bucket AND b.made <= kept.taken;
        UPDATE interlock.holds
        SET status = 'settled', ended = asked.now, forgets = asked.now + 3600000, actual = asked.actual -- REMEMBERED
        WHERE key = asked.hold;
        INSERT INTO interlock.settlements (at, hold, facts, actual)
        VALUES (asked.now, kept.id, kept.facts, interlock.used_of(kept.lines, asked.actual));
    END IF;
    RETURN json_build_object('type', 'Ended', 'was', kept.status, 'standings', (interlock.fitting(kept.lines, asked.now)).before);
END $$;

-- What was used of each unit: as stated, or else as it was held.
CREATE FUNCTION interlock.used_of(lines interlock.line[], stated interlock.used[]) RETURNS interlock.used[]
LANGUAGE plpgsql AS $$
BEGIN
    RETURN (WITH units AS (
        SELECT unit, amount * 1000000.0 AS parts, n
        FROM unnest(lines) WITH ORDINALITY AS l (account, name, unit, amount, "limit", bucket, since, forgets, n)
        UNION ALL SELECT unit, parts, 1000000 FROM unnest(stated)
    )
    SELECT coalesce(array_agg((unit, trunc(parts))::interlock.used), '{}')
    FROM (SELECT DISTINCT ON (unit) unit, parts FROM units ORDER BY unit, n DESC) AS last);
END $$;

CREATE FUNCTION interlock.release(of uuid, asked interlock.operation) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    kept interlock.holds;
BEGIN
    PERFORM interlock.expire(of, asked.now, asked.hold);
    SELECT * INTO kept FROM interlock.holds WHERE key = asked.hold;
    IF NOT FOUND THEN
        RETURN '{"type": "Unknown"}';
    END IF;
    IF kept.status = 'settled' THEN
        RETURN json_build_object('type', 'Closed', 'status', kept.status);
    END IF;
    IF kept.status = 'open' THEN
        UPDATE interlock.buckets b SET held = b.held - l.amount
        FROM unnest(kept.lines) l
        WHERE b.account = l.account AND b.start = l.bucket AND b.made <= kept.taken;
        UPDATE interlock.holds
        SET status = 'released', ended = asked.now, forgets = asked.now + 3600000 -- REMEMBERED
        WHERE key = asked.hold;
    END IF;
    RETURN json_build_object('type', 'Ended', 'was', kept.status, 'standings', (interlock.fitting(kept.lines, asked.now)).before);
END $$;

CREATE FUNCTION interlock.extend(of uuid, asked interlock.operation) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    kept interlock.holds;
BEGIN
    PERFORM interlock.expire(of, asked.now, asked.hold);
    SELECT * INTO kept FROM interlock.holds WHERE key = asked.hold;
    IF NOT FOUND THEN
        RETURN '{"type": "Unknown"}';
    END IF;
    IF kept.status <> 'open' THEN
        RETURN json_build_object('type', 'Closed', 'status', kept.status);
    END IF;
    IF asked.expires > kept.expires THEN
        UPDATE interlock.holds SET expires = asked.expires WHERE key = asked.hold;
    END IF;
    RETURN json_build_object('type', 'Extended', 'expires', greatest(kept.expires, asked.expires));
END $$;


-- Nobody else works on the book until the transaction has ended.
CREATE FUNCTION interlock.lock(book uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(uuid_hash_extended(book, 0));
END $$;

-- The answers to `operations` on one book and then to `takings`, in their order: all are kept, or nothing is.
--
-- Plans are made once for each connection, when tables may still be empty: rows are found by their keys
-- however few there are.
CREATE FUNCTION interlock.perform(
    of uuid, organization text, operations interlock.operation[], takings interlock.operation[]
) RETURNS SETOF json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
SET jit = off
AS $$
DECLARE
    asked interlock.operation;
    are_taken boolean := false;
BEGIN
    PERFORM interlock.lock(of);
    FOREACH asked IN ARRAY operations LOOP
        RETURN NEXT CASE asked.kind
            WHEN 'peek' THEN interlock.peek(of, asked)
            WHEN 'settle' THEN interlock.settle(of, asked)
            WHEN 'release' THEN interlock.release(of, asked)
            WHEN 'extend' THEN interlock.extend(of, asked)
        END;
    END LOOP;
    IF takings <> '{}' THEN
        INSERT INTO interlock.books VALUES (of, organization) ON CONFLICT DO NOTHING;
        IF cardinality(takings) > 1 THEN
            RETURN QUERY SELECT * FROM interlock.take_together(of, takings);
            are_taken := FOUND;
        END IF;
        IF NOT are_taken THEN
            FOREACH asked IN ARRAY takings LOOP
                RETURN NEXT interlock.take(of, asked);
            END LOOP;
        END IF;
    END IF;
END $$;

-- How many holds of one book expired by `now`, and whether there is more to do; what nobody needs is forgotten.
CREATE FUNCTION interlock.sweep(of uuid, now bigint, OUT expired integer, OUT more boolean) LANGUAGE plpgsql AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM interlock.lock(of);
    expired := interlock.expire(of, now);
    WITH holds AS (
        DELETE FROM interlock.holds h WHERE h.key IN
            (SELECT key FROM interlock.holds WHERE book = of AND forgets <= now LIMIT 1000) RETURNING 1
    ), answers AS (
        DELETE FROM interlock.answers a WHERE a.key IN
            (SELECT key FROM interlock.answers WHERE book = of AND forgets <= now LIMIT 1000) RETURNING 1
    ), runs AS (
        DELETE FROM interlock.runs r WHERE r.key IN
            (SELECT key FROM interlock.runs WHERE book = of AND forgets <= now LIMIT 1000) RETURNING 1
    )
    SELECT greatest((SELECT count(*) FROM holds), (SELECT count(*) FROM answers), (SELECT count(*) FROM runs))
    INTO forgotten;
    DELETE FROM interlock.buckets b WHERE b.book = of AND b.forgets <= now;
    DELETE FROM interlock.books b WHERE b.book = of
        AND NOT EXISTS (SELECT FROM interlock.holds h WHERE h.book = of)
        AND NOT EXISTS (SELECT FROM interlock.answers a WHERE a.book = of)
        AND NOT EXISTS (SELECT FROM interlock.runs r WHERE r.book = of)
        AND NOT EXISTS (SELECT FROM interlock.buckets b WHERE b.book = of);
    more := expired >= 1000 OR forgotten >= 1000;
END $$;
