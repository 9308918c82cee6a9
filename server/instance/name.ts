import { randomInt } from 'node:crypto';

// Words of one or two syllables that are hard to mishear and cannot offend.
const adjectives =
  'able amber apt bold brave brief bright brisk calm candid clear clever cosy crisp deft eager early easy fair fast fine fleet fond frank free fresh gentle glad grand green handy happy hardy honest humble jolly just keen kind lively loyal lucid lucky mellow merry mild modest neat nimble noble patient placid plain plucky polite proud quick quiet rapid ready robust royal sharp silent silver smart smooth snappy sober solid sound spry stable steady still sturdy sunny swift tidy timely trusty vivid warm wise witty zesty';
const nouns =
  'badger beaver bison bobcat camel cobra condor coral crab crane cricket curlew dingo dolphin eagle egret falcon ferret finch fox gecko gibbon goose grouse gull hare hawk heron hornet ibex ibis iguana jackal jaguar kestrel kiwi koala lark lemur lion llama lobster lynx magpie marlin marten mole moose newt ocelot octopus oriole osprey otter owl oyster panda parrot pelican penguin pigeon plover possum puffin puma quail rabbit raven robin salmon seal shark sloth sparrow squid starling stork swan tapir tern tiger toad trout turtle walrus weasel whale wombat wren yak zebra';

const pick = (words: string[]): string => words[randomInt(words.length)] ?? '';

const adjectiveList = adjectives.split(' ');
const nounList = nouns.split(' ');

/** Draws an instance id like `brisk-otter-4f2a`: about 580 million there are, so the caller draws again when one is taken. */
export function drawInstanceId(): string {
  return `${pick(adjectiveList)}-${pick(nounList)}-${randomInt(0x10000).toString(16).padStart(4, '0')}`;
}
