#!/usr/bin/env node
// Checks that imports in src/ and certs-tool/ point one way, that each outside library has one
// owner, that adapters do not know each other, and that there are no cycles.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = normalize(join(dirname(fileURLToPath(import.meta.url)), '..'));

// A file may import from its own layer and from layers with a lower number.
// The first prefix that matches decides.
const LAYERS = [
  ['src/util/', 0],
  ['src/model/', 1],
  ['src/catalog/', 2],
  ['src/repository/', 3],
  ['src/worker/', 3],
  ['src/security/', 3],
  ['src/rpc/generated/', 3],
  ['src/endpoint/local/', 6],
  ['src/endpoint/object/', 6],
  ['src/endpoint/peer/', 6],
  ['src/endpoint/', 4],
  ['src/rpc/', 5],
  ['src/engine/', 6],
  ['src/state/', 6],
  ['src/job/', 7],
  ['src/policy/', 8],
  ['src/config/', 8],
  ['src/observe/', 8],
  ['src/cli/', 8],
  ['src/assembly/', 9],
  ['src/main.ts', 10],
  ['certs-tool/', 4],
];

// Who may import what from outside: package (or node module) to the prefixes that own it.
const OWNERS = {
  level: ['src/state/'],
  '@grpc/grpc-js': ['src/rpc/'],
  '@grpc/proto-loader': ['src/rpc/generated/'],
  protobufjs: ['src/rpc/'],
  '@mongodb-js/zstd': ['src/repository/'],
  koffi: ['src/endpoint/local/sys/'],
  'node-forge': ['certs-tool/', 'src/security/'],
  'node:tls': ['src/rpc/', 'src/security/', 'certs-tool/'],
  '@aws-sdk/client-s3': ['src/endpoint/object/store/s3/'],
  'https-proxy-agent': ['src/endpoint/object/store/s3/'],
  'p-queue': ['src/job/'],
  pino: ['src/observe/'],
  'prom-client': ['src/observe/'],
  'node:http': ['src/observe/', 'src/endpoint/object/store/s3/'],
  commander: ['src/cli/', 'certs-tool/'],
  'cli-progress': ['src/cli/'],
  yaml: ['src/config/'],
};

// Places that must not know each other, though their layers would allow it.
const STRANGERS = [
  ['src/endpoint/local/', 'src/endpoint/peer/'],
  ['src/endpoint/local/', 'src/rpc/'],
  ['src/endpoint/local/', 'src/state/'],
  ['src/endpoint/local/', 'src/engine/'],
  ['src/endpoint/local/', 'src/endpoint/object/'],
  ['src/endpoint/object/', 'src/endpoint/local/'],
  ['src/endpoint/object/', 'src/endpoint/peer/'],
  ['src/endpoint/object/', 'src/rpc/'],
  ['src/endpoint/object/', 'src/engine/'],
  ['src/endpoint/object/', 'src/state/'],
  ['src/endpoint/peer/', 'src/endpoint/object/'],
  ['src/endpoint/peer/', 'src/engine/'],
  ['src/endpoint/peer/', 'src/state/'],
  ['src/engine/', 'src/state/'],
  ['src/engine/', 'src/endpoint/local/'],
  ['src/engine/', 'src/endpoint/object/'],
  ['src/engine/', 'src/endpoint/peer/'],
  ['src/engine/', 'src/rpc/'],
  ['src/cli/', 'src/state/'],
  ['src/cli/', 'src/policy/'],
  ['src/cli/', 'src/job/'],
  ['src/cli/', 'src/engine/'],
];

const problems = [];
const files = [...sources('src'), ...sources('certs-tool')];
const graph = new Map(files.map((file) => [file, imports(file)]));

for (const [file, wanted] of graph) {
  const own = layer(file);
  if (own === null)
    problems.push(`${file}: belongs to no layer; add its folder to scripts/check-imports.mjs`);
  for (const target of wanted) {
    if (target.startsWith('src/') || target.startsWith('certs-tool/'))
      checkInside(file, own, target);
    else checkOutside(file, target);
  }
}
for (const cycle of cycles()) problems.push(`cycle: ${cycle.join(' -> ')}`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else {
  console.log(`imports: ${files.length} files, no rule broken, no cycle`);
}

function checkInside(file, own, target) {
  if (!graph.has(target)) {
    problems.push(`${file}: imports ${target}, which does not exist`);
    return;
  }
  const other = layer(target);
  if (own !== null && other !== null && other > own) {
    problems.push(`${file}: imports ${target} from a higher layer`);
  }
  for (const [left, right] of STRANGERS) {
    if (file.startsWith(left) && target.startsWith(right))
      problems.push(`${file}: ${left} must not know ${right} (${target})`);
  }
}

function checkOutside(file, target) {
  const owners = OWNERS[target];
  if (owners && !owners.some((owner) => file.startsWith(owner))) {
    problems.push(`${file}: ${target} belongs to ${owners.join(', ')}`);
  }
}

function layer(file) {
  return LAYERS.find(([prefix]) => file.startsWith(prefix))?.[1] ?? null;
}

function sources(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

function imports(file) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = new Set();
  for (const match of text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  )) {
    const name = match[1] ?? match[2] ?? match[3];
    found.add(
      name.startsWith('.') ? normalize(join(dirname(file), name)).replace(/\.js$/, '.ts') : name,
    );
  }
  return [...found];
}

function cycles() {
  const state = new Map();
  const found = [];
  const visit = (file, trail) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      found.push([...trail.slice(trail.indexOf(file)), file]);
      return;
    }
    state.set(file, 'open');
    // Types of generated messages refer to each other; they hold no code.
    for (const target of graph.get(file) ?? []) {
      if (graph.has(target) && !target.startsWith('src/rpc/generated/'))
        visit(target, [...trail, file]);
    }
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  return found;
}
