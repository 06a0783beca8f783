// Pictures of clothes, 28×28 pixels: the four files of Fashion-MNIST in --data DIR. About 88 % of the test pictures are right after 10 epochs.
import { learnPictures } from './pictures.mjs';

const classNames = ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'boot'];
await learnPictures('fashion', { folder: '../shared/data/fashion-mnist', epochs: 10, classNames });
