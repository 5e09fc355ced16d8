/** Asking a well-known tool for its version, and what is installed. */
import type { Program } from './program.ts';

const TOOLS = `node npm npx pnpm yarn bun deno corepack tsc eslint prettier vite vitest jest python python2 python3 pip pip3 pipx poetry
  uv ruff mypy pytest black ruby gem bundle bundler rails php composer perl lua java javac kotlin kotlinc scala sbt mvn
  gradle go gofmt rustc cargo rustup rustfmt gcc g++ cc c++ clang clang++ ld make cmake ninja meson autoconf swift
  swiftc xcodebuild dotnet mono ghc cabal stack elixir mix erl ocaml dune zig nim julia R dart flutter git gh hub svn
  hg docker docker-compose podman kubectl helm terraform ansible aws gcloud az psql mysql sqlite3 redis-cli mongosh
  bash zsh fish sh curl wget openssl ssh tar gzip zip unzip rsync jq yq rg fd fzf bat sed awk gawk grep find ls cat
  code vim nvim nano tmux screen ffmpeg convert pandoc brew apt dpkg rpm nix bazel buck pre-commit shellcheck
  oxlint biome turbo nx lerna esbuild rollup webpack swc tsx ts-node playwright cypress`;

/** Besides `--version`, which all of them take. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  '-v': [
    'node',
    'npm',
    'npx',
    'pnpm',
    'yarn',
    'bun',
    'tsc',
    'ruby',
    'php',
    'composer',
    'docker',
    'jest',
    'eslint',
    'deno',
  ],
  '-V': [
    'python',
    'python2',
    'python3',
    'pip',
    'pip3',
    'cargo',
    'rustc',
    'deno',
    'curl',
    'wget',
    'ssh',
    'bash',
  ],
  version: ['go', 'zig', 'cargo'],
  '-version': ['java', 'javac', 'scala', 'kotlinc', 'xcodebuild'],
};

const NAMES = new Set(TOOLS.split(/\s+/));

/** `node --version`: two words, and nothing else a program could act on. */
export function asksVersion(words: readonly string[]): boolean {
  const [name = '', option = ''] = words;
  if (words.length !== 2) return false;
  return option === '--version' ? NAMES.has(name) : SHORT[option]?.includes(name) === true;
}

export const PACKAGES: readonly Program[] = [
  {
    names: 'npm pnpm yarn',
    tier: 'read_only',
    options: '-a --all --depth: --json --long --omit: --prod --dev --parseable -p',
    operands: ({ operands: [first] }) => ({
      touches: [],
      problem:
        first?.kind === 'known' && /^(?:ls|list)$/.test(first.text)
          ? null
          : 'it may run scripts, install or reach the network',
    }),
  },
];
