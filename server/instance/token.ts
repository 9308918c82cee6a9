import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 of a token: all that is stored of it. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Draws a token of 256 random bits, 43 characters. */
export const drawToken = (): string => randomBytes(32).toString('base64url');

/** Whether a token is the one with this hash, in a time that tells nothing about how close it came. */
export const isToken = (token: string, hash: Buffer): boolean => timingSafeEqual(hashToken(token), hash);
