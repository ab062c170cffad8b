BEGIN TRANSACTION;
CREATE TABLE answers (
	"key" VARCHAR(64) NOT NULL, 
	prompt VARCHAR(64) NOT NULL, 
	endpoint TEXT NOT NULL, 
	model TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	logprobs BLOB, 
	created_s FLOAT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "answers" VALUES('0000000000000000000000000000000000000000000000000000000000000000','p','http://localhost:1/v1','m','{"temperature":0.5}','{"key":"0000000000000000000000000000000000000000000000000000000000000000","example":"e0","repeat":0,"text":"Hällo 0","finish_reason":"stop","prompt_tokens":5,"completion_tokens":3,"latency_s":0.25}',NULL,1.79526817603594851489e+09);
INSERT INTO "answers" VALUES('0000000000000000000000000000000000000000000000000000000000000001','p','http://localhost:1/v1','m','{"temperature":0.5}','{"key":"0000000000000000000000000000000000000000000000000000000000000001","example":"e1","repeat":0,"text":"Hällo 1","finish_reason":"stop","prompt_tokens":5,"completion_tokens":3,"latency_s":0.25}',X'78018BAE562AC9CF4ECD53B2523ABC44494729273FBDA0283F49C94AD740CF54072857A064158D509384AC24AF3427A736B6361600032716A6',1.79526817604509186746e+09);
INSERT INTO "answers" VALUES('0000000000000000000000000000000000000000000000000000000000000002','p','http://localhost:1/v1','m','{"temperature":0.5}','{"key":"0000000000000000000000000000000000000000000000000000000000000002","example":"e2","repeat":0,"text":"Hällo 2","finish_reason":"stop","prompt_tokens":5,"completion_tokens":3,"latency_s":0.25,"flags":["truncated"]}',NULL,1.79526817604537677766e+09);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	run VARCHAR(64) NOT NULL, 
	"key" VARCHAR(64), 
	requests INTEGER NOT NULL, 
	prompt_tokens INTEGER NOT NULL, 
	completion_tokens INTEGER NOT NULL, 
	usd FLOAT, 
	PRIMARY KEY (id)
);
INSERT INTO "ledger" VALUES(1,'1b670cbe6813','0000000000000000000000000000000000000000000000000000000000000000',1,5,3,0.25);
INSERT INTO "ledger" VALUES(2,'1b670cbe6813','0000000000000000000000000000000000000000000000000000000000000001',1,5,3,0.25);
INSERT INTO "ledger" VALUES(3,'1b670cbe6813','0000000000000000000000000000000000000000000000000000000000000002',1,5,3,0.25);
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('version','1');
CREATE TABLE prompts (
	hash VARCHAR(64) NOT NULL, 
	messages TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "prompts" VALUES('p','[{"content":"Grüß Gott","role":"user"}]');
CREATE TABLE runs (
	id VARCHAR(12) NOT NULL, 
	base VARCHAR(12) NOT NULL, 
	salt TEXT NOT NULL, 
	name TEXT, 
	kind TEXT NOT NULL, 
	spec TEXT NOT NULL, 
	status TEXT NOT NULL, 
	created_s FLOAT NOT NULL, 
	seconds FLOAT NOT NULL, 
	facts TEXT, 
	budget TEXT, 
	result TEXT, 
	details TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "runs" VALUES('1b670cbe6813','1b670cbe6813','','old','generate','{"endpoint":"http://localhost:1/v1","kind":"generate","model":"m","seed":0}','done',1.79526817600599312776e+09,2.0,NULL,NULL,NULL,'{"out": "o.csv"}');
CREATE TABLE scores (
	"key" VARCHAR(64) NOT NULL, 
	example VARCHAR(64) NOT NULL, 
	scorer VARCHAR(200) NOT NULL, 
	score TEXT NOT NULL, 
	PRIMARY KEY ("key", example, scorer)
);
INSERT INTO "scores" VALUES('0000000000000000000000000000000000000000000000000000000000000000','x','similarity','{"value":0.5,"reason":null,"parts":{}}');
CREATE INDEX ix_ledger_run ON ledger (run);
CREATE INDEX ix_runs_base ON runs (base);
COMMIT;
