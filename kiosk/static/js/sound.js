// Two soft tones that ask for attention. Silent until the first touch, as browsers demand.

let context = null;

export function chime() {
  try {
    context ??= new AudioContext();
    [660, 880].forEach((pitch, index) => tone(pitch, context.currentTime + index * 0.22));
  } catch { /* a machine without sound still shows the warning */ }
}

function tone(pitch, at) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.45);
}
