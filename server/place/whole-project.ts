/** A name that no file has: whoever holds it holds all of the folder that it is asked for in. */
export const nameOfNone = '.held-with-all-around-it';

/** A resource that is held only where all of the project is. */
export const wholeProject = (project: string): string => `${project}:${nameOfNone}`;
