import { defineConfig } from 'vite';

// A page with these two headers may share memory between threads. Without them the same code trains on one thread.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  base: './',
  server: { headers, fs: { allow: ['..', '../..'] } },
  preview: { headers },
});
