throw new Error('no such indicator table');
