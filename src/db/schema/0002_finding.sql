-- Findings that count: what is said of them and how they stand. In a file of its own, because on
-- PostgreSQL the types of a view's columns are settled when the file before has ended.
CREATE VIEW view_finding AS SELECT s.no AS no, s.id AS id, s.place_no AS place_no, s.kind AS kind,
	t.rule AS rule, t.title AS title, s.severity AS severity, t.score AS score, t.path AS path,
	t.line AS line, t.component AS component, t.version AS version, t.alias AS alias, t.fix AS fix,
	t.suppressed AS suppressed, s.open AS open, s.first_scan AS first_scan,
	s.last_scan AS last_scan, t.idx AS idx
	FROM view_finding_state s JOIN view_finding_text t ON t.no = s.no;
